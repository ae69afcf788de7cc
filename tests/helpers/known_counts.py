"""Parameters and multiplications of well-known networks: name, options, input, parameters, macs.

Exact numbers of the published networks, where the convention is known under which they arise.
"""

IMAGES = (3, 224, 224)
KNOWN = {
    "LeNet-5 as taught": ("lenet5", {}, (1, 32, 32), 61_706, 416_520),
    "LeNet-5 of 1998": ("lenet5", {"variant": "1998"}, (1, 32, 32), 60_000, 326_520),
    "LeNet of Caffe": ("lenet5", {"variant": "caffe"}, (1, 28, 28), 431_080, 2_293_000),
    "AlexNet": ("alexnet", {}, (3, 227, 227), 60_965_224, 724_406_816),
    "AlexNet without groups": ("alexnet", {"groups": 1}, (3, 227, 227), 62_378_344, 1_135_256_096),
    "VGG-16": ("vgg16", {}, IMAGES, 138_357_544, 15_470_264_320),
    "VGG-16 with batch norm": ("vgg16", {"batch_norm": True}, IMAGES, 138_365_992, 15_470_264_320),
    "GoogLeNet": ("googlenet", {}, IMAGES, 6_998_552, 1_582_671_872),
    "GoogLeNet, floor pooling": ("googlenet", {"pooling": "floor"}, IMAGES, 6_998_552, 1_431_556_352),
    "GoogLeNet, all heads": ("googlenet", {"auxiliary": True}, IMAGES, 13_378_280, 1_591_044_096),
    "ResNet-18": ("resnet18", {}, IMAGES, 11_689_512, 1_814_073_344),
    "ResNet-34": ("resnet34", {}, IMAGES, 21_797_672, 3_663_761_408),
    "ResNet-50": ("resnet50", {}, IMAGES, 25_557_032, 4_089_184_256),
    "ResNet-50 v1": ("resnet50", {"stride_in": "1x1"}, IMAGES, 25_557_032, 3_857_973_248),
    "ResNet-152": ("resnet152", {}, IMAGES, 60_192_808, 11_513_626_624),
    "ResNet-152 v1": ("resnet152", {"stride_in": "1x1"}, IMAGES, 60_192_808, 11_282_415_616),
    "cats and dogs": ("pets_cnn", {}, (3, 150, 150), 10_641_441, 71_490_752),
}
