{
  "variables": { "onednn_include%": "", "onednn_library%": "-ldnnl" },
  "targets": [
    {
      "target_name": "athanor_onednn",
      "sources": [
        "src/addon.cc",
        "src/batch-norm.cc",
        "src/convolution-gradients.cc",
        "src/convolution.cc",
        "src/elementwise.cc",
        "src/matmul.cc",
        "src/plain-loops.cc",
        "src/pool.cc",
        "src/pooling.cc",
        "src/runtime.cc",
        "src/seam-2.cc",
        "src/seam-3.cc",
        "src/tensor.cc"
      ],
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")", "<(onednn_include)"],
      "defines": ["NAPI_VERSION=8", "NAPI_CPP_EXCEPTIONS"],
      "cflags_cc": ["-std=c++17", "-O3", "-fopenmp", "-fexceptions", "-Wall", "-Wextra"],
      "cflags_cc!": ["-fno-exceptions", "-fno-rtti"],
      "ldflags": ["-fopenmp", "-Wl,--disable-new-dtags,-rpath,'$$ORIGIN'"],
      "libraries": ["<(onednn_library)"]
    }
  ]
}
