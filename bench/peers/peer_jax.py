"""JAX with jit: a call a step, or one call for all (scan). Arguments: WORKLOAD FILE THREADS [scan]"""

import os
import sys

threads = int(sys.argv[3])
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])  # XLA takes one a processor

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402

import protocol  # noqa: E402


def main(name, file, _threads, mode="step"):
    w = protocol.WORKLOADS[name]
    data, layers = protocol.load(file)
    data = jnp.asarray(data)
    parameters = [(jnp.asarray(k), jnp.asarray(b)) for k, b in layers]
    hidden = jax.nn.selu if w.hidden == "selu" else jax.nn.relu

    def stack(layers, x, last_hidden=False):
        for i, (k, b) in enumerate(layers):
            x = x @ k + b
            if last_hidden or i + 1 < len(layers):
                x = hidden(x)
        return x

    def logits(p, x, key):
        if not w.codings:
            return stack(p, x)
        n = len(w.encoder) - 1
        h = stack(p[:n], x, last_hidden=True)
        mean, log_var = h @ p[n][0] + p[n][1], h @ p[n + 1][0] + p[n + 1][1]
        return stack(p[n + 2 :], mean + jnp.exp(log_var / 2) * jax.random.normal(key, mean.shape))

    def loss_of(p, x, key):
        z = logits(p, x, key)
        if w.loss == "bce":
            return jnp.mean(jnp.maximum(z, 0) - z * x + jnp.log1p(jnp.exp(-jnp.abs(z))))
        error = jax.nn.sigmoid(z) - x
        return jnp.mean(error**2) if w.loss == "mse" else jnp.mean(jnp.abs(error))

    def rmsprop(p, g, state):
        v = jax.tree.map(lambda v, g: 0.9 * v + 0.1 * g * g, state, g)
        p = jax.tree.map(
            lambda p, g, v: p - protocol.LEARNING_RATE * g / (jnp.sqrt(v) + protocol.EPSILON), p, g, v
        )
        return p, v

    def adam(p, g, state):
        t, m, v = state
        t += 1
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
        rate, root = protocol.LEARNING_RATE / (1 - 0.9**t), 1 / jnp.sqrt(1 - 0.999**t)
        p = jax.tree.map(
            lambda p, m, v: p - rate * m / (jnp.sqrt(v) * root + protocol.EPSILON), p, m, v
        )
        return p, (t, m, v)

    def zeros():
        return jax.tree.map(jnp.zeros_like, parameters)

    if w.optimizer == "rmsprop":
        update, state = rmsprop, zeros()
    else:
        update, state = adam, (0.0, zeros(), zeros())
    everything = (parameters, state, jax.random.key(0), 0)

    def step(everything):
        p, state, key, i = everything
        key, noise = jax.random.split(key) if w.codings else (key, key)
        x = jax.lax.dynamic_slice_in_dim(data, i * w.batch, w.batch)
        p, state = update(p, jax.grad(loss_of)(p, x, noise), state)
        return p, state, key, (i + 1) % protocol.BATCHES

    one = jax.jit(step, donate_argnums=0)
    many = jax.jit(
        lambda e, n: jax.lax.fori_loop(0, n, lambda _, e: step(e), e), donate_argnums=0
    )

    def steps(n):
        nonlocal everything
        if mode == "scan":
            everything = many(everything, n)
        else:
            for _ in range(n):
                everything = one(everything)
        jax.block_until_ready(everything)

    def loss():
        return float(jax.jit(loss_of)(everything[0], data, jax.random.key(1)))

    protocol.serve(steps, loss)


main(*sys.argv[1:])
