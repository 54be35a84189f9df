"""Keras 3, compiled by XLA. Arguments: WORKLOAD FILE THREADS tensorflow|jax"""

import os
import sys

threads = int(sys.argv[3])
os.environ["KERAS_BACKEND"] = sys.argv[4]
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])

import keras  # noqa: E402
from keras import layers as kl  # noqa: E402

import protocol  # noqa: E402

if sys.argv[4] == "tensorflow":
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)


class Sampling(kl.Layer):
    def __init__(self):
        super().__init__()
        self.seed = keras.random.SeedGenerator(0)

    def call(self, inputs):
        mean, log_var = inputs
        noise = keras.random.normal(keras.ops.shape(mean), seed=self.seed)
        return mean + keras.ops.exp(log_var / 2) * noise


def main(name, file, _threads, _backend):
    w = protocol.WORKLOADS[name]
    data, weights = protocol.load(file)
    dense = []

    def stack(units, x, last):
        for i, size in enumerate(units):
            dense.append(kl.Dense(size, activation=last if i + 1 == len(units) else w.hidden))
            x = dense[-1](x)
        return x

    output = None if w.loss == "bce" else "sigmoid"
    x = keras.Input((data.shape[1],))
    if w.codings:
        hidden = stack(w.encoder[1:], x, w.hidden)
        heads = [kl.Dense(w.codings), kl.Dense(w.codings)]
        dense.extend(heads)
        y = stack(w.units[1:], Sampling()([head(hidden) for head in heads]), output)
    else:
        y = stack(w.units[1:], x, output)
    model = keras.Model(x, y)
    for layer, (kernel, bias) in zip(dense, weights):
        layer.set_weights([kernel, bias])
    losses = {
        "bce": keras.losses.BinaryCrossentropy(from_logits=True),
        "mse": keras.losses.MeanSquaredError(),
        "mae": keras.losses.MeanAbsoluteError(),
    }
    kind = keras.optimizers.Adam if w.optimizer == "adam" else keras.optimizers.RMSprop
    model.compile(
        optimizer=kind(protocol.LEARNING_RATE, epsilon=protocol.EPSILON),
        loss=losses[w.loss],
        jit_compile=True,
        steps_per_execution=protocol.BATCHES,  # many steps a call: the fastest that fit offers
    )

    def steps(n):
        assert n % protocol.BATCHES == 0
        model.fit(
            data, data, batch_size=w.batch, epochs=n // protocol.BATCHES, shuffle=False, verbose=0
        )

    def loss():
        return float(model.evaluate(data, data, batch_size=len(data), verbose=0))

    protocol.serve(steps, loss)


main(*sys.argv[1:])
