"""Models: what is built of layers."""

from networks.models.autoencoder import Autoencoder
from networks.models.base import Model
from networks.models.diffusion import Diffusion, Sampling
from networks.models.mlp import MLP
from networks.models.vae import VAE

__all__ = ["MLP", "VAE", "Autoencoder", "Diffusion", "Model", "Sampling"]
