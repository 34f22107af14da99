{
  "variables": { "onednn_include%": "", "onednn_library%": "-ldnnl", "node_headers%": "", "node_addon_api%": "" },
  "targets": [
    {
      "target_name": "athanor_onednn",
      "sources": [
        "src/addon.cc",
        "src/arena.cc",
        "src/batch-norm.cc",
        "src/calls.cc",
        "src/convolution.cc",
        "src/elementwise.cc",
        "src/filter-gradient.cc",
        "src/input-gradient.cc",
        "src/kernels.cc",
        "src/matmul.cc",
        "src/plain-loops.cc",
        "src/pool.cc",
        "src/pooling.cc",
        "src/runtime.cc",
        "src/seam-2.cc",
        "src/seam-3.cc",
        "src/tensor.cc"
      ],
      "include_dirs": ["<(node_headers)", "<(node_addon_api)", "<(onednn_include)"],
      "defines": ["NAPI_VERSION=8", "NAPI_CPP_EXCEPTIONS"],
      "cflags_cc": ["-std=c++17", "-O3", "-fopenmp", "-fexceptions", "-Wall", "-Wextra"],
      "ldflags": ["-fopenmp", "-Wl,--disable-new-dtags,-rpath,'$$ORIGIN'"],
      "xcode_settings": {
        "CLANG_CXX_LANGUAGE_STANDARD": "c++17",
        "GCC_OPTIMIZATION_LEVEL": "3",
        "GCC_ENABLE_CPP_EXCEPTIONS": "YES",
        "OTHER_CPLUSPLUSFLAGS": ["-Xpreprocessor", "-fopenmp"],
        "OTHER_LDFLAGS": ["-lomp", "-Wl,-rpath,@loader_path"]
      },
      "conditions": [
        [
          "OS=='mac'",
          {
            "include_dirs": ["<(onednn_include)/../opt/libomp/include"],
            "library_dirs": ["<(onednn_include)/../opt/libomp/lib"]
          }
        ]
      ],
      "libraries": ["<(onednn_library)"]
    }
  ]
}
