"""YOLOv3's three scales, for both frameworks: this module loads neither."""

STRIDES = (4, 8, 16)  # pixels of a cell in the three maps
PRIORS = (  # widths and heights in pixels: k-means with 1 - IoU over the boxes of pets.scenes(1000, seed=300)
    ((25, 36), (37, 27), (31, 44)),
    ((44, 31), (43, 38), (36, 53)),
    ((46, 47), (53, 41), (57, 52)),
)
CODES = 5  # numbers of a predictor before its classes: tx, ty, tw, th, objectness
RESIDUALS = (0, 0, 1, 1)  # blocks after each of the four convolutions that halve the map
