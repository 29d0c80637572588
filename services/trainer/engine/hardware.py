"""What the machine can do."""

import ctypes
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch

M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3

OUT_OF_MEMORY = ("DefaultCPUAllocator", "out of memory", "ALLOC_FAILED")

BFLOAT16_FLAGS = {"amx_bf16", "avx512_bf16"}


@dataclass(frozen=True)
class Hardware:
    """Where to compute. ``autocast``: matrix products in bfloat16, weights stay float32."""

    device: Literal["cpu", "cuda"]
    autocast: bool

    @property
    def served(self) -> str:
        """CTranslate2's precision when a model serves, which is what it is scored in."""
        return "float16" if self.device == "cuda" else "int8_float32"

    @property
    def exact(self) -> str:
        """CTranslate2's precision nearest to PyTorch's."""
        return "float16" if self.device == "cuda" else "float32"

    @property
    def dtype(self) -> torch.dtype:
        """Of matrix products."""
        return torch.bfloat16 if self.autocast else torch.float32

    def precision(self) -> torch.autocast:
        """The context of training."""
        return torch.autocast(self.device, dtype=torch.bfloat16, enabled=self.autocast)


def detect(device: Literal["auto", "cpu", "cuda"]) -> Hardware:
    """Choose a device; bfloat16 only where it is computed natively, elsewhere it is slower."""
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cuda":
        return Hardware("cuda", torch.cuda.is_bf16_supported())
    return Hardware("cpu", bool(BFLOAT16_FLAGS & _cpu_flags()))


def out_of_memory(error: Exception) -> bool:
    """Whether an allocation failed: PyTorch and CTranslate2 say so in their own ways."""
    told = str(error)
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or (
        isinstance(error, RuntimeError) and any(sign in told for sign in OUT_OF_MEMORY)
    )


def keep_freed_memory() -> None:
    """Let glibc reuse large blocks instead of returning them to the kernel.

    Each step of a training allocates the same hundreds of megabytes again; mapping them anew took
    a tenth of its time.
    """
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.mallopt(M_MMAP_THRESHOLD, 1 << 30)
        libc.mallopt(M_TRIM_THRESHOLD, (1 << 31) - 1)


def release_freed_memory() -> None:
    """Give back what `keep_freed_memory` kept: each phase allocates other sizes than the last.

    CTranslate2 cannot use what PyTorch keeps of a GPU's memory, either.
    """
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)


def _cpu_flags() -> set[str]:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return set()
    return next((set(line.split()) for line in lines if line.startswith("flags")), set())
