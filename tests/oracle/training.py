"""The trainings of training.cpp in PyTorch, with PyTorch's own optimizers.

Their steps are gradus': RMSprop of PyTorch adds epsilon to the root, as gradus does
(TensorFlow adds it below the root); only the defaults differ. SGD of PyTorch keeps
the velocity without the learning rate, which at a constant rate is the same.
"""

import torch
import torch.nn.functional as F

OPTIMIZERS = {
    "RMSprop": lambda weights: torch.optim.RMSprop(weights, lr=1e-3, alpha=0.9, eps=1e-7),
    "Adam": lambda weights: torch.optim.Adam(weights, lr=1e-3, betas=(0.9, 0.999), eps=1e-7),
    "SGD with momentum": lambda weights: torch.optim.SGD(weights, lr=0.5, momentum=0.9),
    "SGD with Nesterov's momentum":
        lambda weights: torch.optim.SGD(weights, lr=0.5, momentum=0.9, nesterov=True),
}


def dense(x, layers, ends_in_selu):
    """`layers` of weight (in, out) and bias, with selu between them."""
    for i, (weight, bias) in enumerate(layers):
        x = x @ weight + bias
        if ends_in_selu or i + 1 < len(layers):
            x = F.selu(x)
    return x


def autoencoder_loss(layers, images, _noise):
    half = len(layers) // 2
    logits = dense(dense(images, layers[:half], True), layers[half:], False)
    return F.binary_cross_entropy_with_logits(logits, images)


def variational_loss(layers, images, noise):
    trunk, (mean, log_var), decoder = layers[:3], layers[3:5], layers[5:]
    hidden = dense(images, trunk, True)
    m, v = dense(hidden, [mean], False), dense(hidden, [log_var], False)
    logits = dense(m + torch.exp(v / 2) * noise, decoder, False)
    divergence = 0.5 * (m**2 + v.exp() - 1 - v).sum(1).mean()
    return F.binary_cross_entropy_with_logits(logits, images) + divergence / images.shape[1]


def train(training, tensor):
    """The losses of all steps, and the weights after them."""
    model, optimizer_name = training["name"].split(", ")
    loss_of = variational_loss if model.startswith("variational") else autoencoder_loss
    weights = [tensor(entry).clone().requires_grad_() for entry in training["before"]]
    layers = list(zip(weights[::2], weights[1::2]))
    optimizer = OPTIMIZERS[optimizer_name](weights)
    losses = []
    for step in training["steps"]:
        optimizer.zero_grad()
        loss = loss_of(layers, tensor(step["images"]), tensor(step["noise"]))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, [weight.detach() for weight in weights]
