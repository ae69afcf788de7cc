"""Parameters, multiplications and memory of a network, layer by layer, for PyTorch and Keras.

*Parameters* are the learned numbers: weights, biases, and the scales and shifts of normalisation. Frozen ones count as
well; running means and variances do not, since no gradient ever changes them.

*MACs* are multiply-accumulates, one multiplication with its addition, for one input. Convolutions, dense (linear) and
recurrent layers, attention and other matrix products cost MACs; biases, activation functions, the products inside a
gate, pooling, normalisation and whatever else is multiplied number by number (such as a learned scale) are counted as
0, as in the papers of the field, and so is looking up an embedding. A kernel's products with padding zeros count, and
so do those of all time steps. Some programs print FLOPs instead, two for each MAC.

*Memory* is that of all parameters and of the *activations*, which are the outputs of all layers for one input, all kept
as they are for backpropagation, and all as 4-byte numbers (float32). Flattening, layers that work in place, and dropout
(which hands its input on while nothing is trained) need none of their own. Not counted are the input, buffers,
gradients and the optimizer's state, what functions such as `+` make between the layers, and what a layer needs inside,
such as the gates of an LSTM.
"""

from dlcourse.count._count import count
from dlcourse.count._table import Count, Layer

__all__ = ["Count", "Layer", "count"]
