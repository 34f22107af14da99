"""Images per second of a training step and of inference of ResNet-18 in PyTorch on the first NVIDIA card.

    python3 benchmarks/devices_peer.py --images 128 --side 224 [--tf32] [--bf16]

Prints one line of JSON; where there is no such card it has only the reason.
"""

import argparse
import json
import time


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=128)
    parser.add_argument("--side", type=int, default=224)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--tf32", action="store_true")
    parser.add_argument("--bf16", action="store_true")
    options = parser.parse_args()
    try:
        import torch
        import torchvision
    except ImportError as error:
        return print(json.dumps({"absence": f"PyTorch is not installed: {error}"}))
    if not torch.cuda.is_available():
        return print(json.dumps({"absence": f"PyTorch {torch.__version__} finds no NVIDIA card"}))

    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = options.tf32
    model = torchvision.models.resnet18(num_classes=2).cuda().to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-5, weight_decay=1e-3)
    images = torch.randn(options.images, 3, options.side, options.side).cuda()
    images = images.contiguous(memory_format=torch.channels_last)
    classes = torch.arange(options.images).cuda() % 2
    autocast = torch.autocast("cuda", dtype=torch.bfloat16, enabled=options.bf16)

    def train():
        model.train()
        optimizer.zero_grad(set_to_none=True)
        with autocast:
            scores = model(images)
        torch.nn.functional.cross_entropy(scores.float(), classes).backward()
        optimizer.step()

    @torch.no_grad()
    def infer():
        model.eval()
        with autocast:
            model(images)

    def images_per_second(work):
        times = []
        for _ in range(options.repeats + 3):
            torch.cuda.synchronize()
            start = time.perf_counter()
            work()
            torch.cuda.synchronize()
            times.append(time.perf_counter() - start)
        return options.images / sorted(times[3:])[options.repeats // 2]

    name = f"PyTorch {torch.__version__} on {torch.cuda.get_device_name()}"
    print(json.dumps({"name": name, "train": images_per_second(train), "infer": images_per_second(infer)}))


if __name__ == "__main__":
    main()
