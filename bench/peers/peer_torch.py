"""PyTorch, eager or compiled. Arguments: WORKLOAD FILE THREADS [compile]"""

import sys

import torch
from torch import nn

import protocol


class Vae(nn.Module):
    def __init__(self, trunk, mean, log_var, decoder):
        super().__init__()
        self.trunk, self.mean, self.log_var, self.decoder = trunk, mean, log_var, decoder

    def forward(self, x):
        hidden = self.trunk(x)
        mean, log_var = self.mean(hidden), self.log_var(hidden)
        return self.decoder(mean + torch.exp(log_var / 2) * torch.randn_like(mean))


def dense(weights):
    w, b = weights
    layer = nn.Linear(*w.shape)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(w.T.copy()))
        layer.bias.copy_(torch.from_numpy(b))
    return layer


def stack(layers, hidden, last_hidden=False):
    parts = []
    for i, weights in enumerate(layers):
        parts.append(dense(weights))
        if last_hidden or i + 1 < len(layers):
            parts.append(nn.SELU() if hidden == "selu" else nn.ReLU())
    return nn.Sequential(*parts)


def main(name, file, threads, mode="eager"):
    torch.set_num_threads(int(threads))
    w = protocol.WORKLOADS[name]
    data, layers = protocol.load(file)
    data = torch.from_numpy(data)
    if w.codings:
        n = len(w.encoder) - 1
        model = Vae(
            stack(layers[:n], w.hidden, last_hidden=True), dense(layers[n]), dense(layers[n + 1]),
            stack(layers[n + 2 :], w.hidden),
        )
    else:
        model = stack(layers, w.hidden)
    losses = {
        "bce": nn.functional.binary_cross_entropy_with_logits,
        "mse": lambda z, x: nn.functional.mse_loss(torch.sigmoid(z), x),
        "mae": lambda z, x: nn.functional.l1_loss(torch.sigmoid(z), x),
    }
    # Fused where there is such a one: a single kernel for all parameters.
    if w.optimizer == "adam":
        optimizer = torch.optim.Adam(
            model.parameters(), lr=protocol.LEARNING_RATE, eps=protocol.EPSILON, fused=True
        )
    else:
        optimizer = torch.optim.RMSprop(
            model.parameters(), lr=protocol.LEARNING_RATE, alpha=0.9, eps=protocol.EPSILON, foreach=True
        )

    def loss_of(x):
        return losses[w.loss](model(x), x)

    if mode == "compile":
        loss_of = torch.compile(loss_of)
    next_batch = 0

    def steps(n):
        nonlocal next_batch
        for _ in range(n):
            begin = next_batch * w.batch
            next_batch = (next_batch + 1) % protocol.BATCHES
            optimizer.zero_grad()
            loss_of(data[begin : begin + w.batch]).backward()
            optimizer.step()

    def loss():
        with torch.no_grad():
            return losses[w.loss](model(data), data).item()

    protocol.serve(steps, loss)


main(*sys.argv[1:])
