{
  "targets": [
    {
      "target_name": "eigenview",
      "sources": [
        "native/binding/addon.cpp",
        "native/binding/closed_form.cpp",
        "native/binding/linalg.cpp",
        "native/binding/moments.cpp",
        "native/binding/system.cpp",
        "native/core/blas_threads.cpp",
        "native/core/block_cache.cpp",
        "native/core/random.cpp",
        "native/core/closed_form/judge.cpp",
        "native/core/linalg/batch.cpp",
        "native/core/linalg/eig.cpp",
        "native/core/linalg/eigh.cpp",
        "native/core/linalg/matmul.cpp",
        "native/core/linalg/root.cpp",
        "native/core/linalg/solve.cpp",
        "native/core/linalg/spectrum.cpp",
        "native/core/linalg/svd.cpp",
        "native/core/moments/gram.cpp",
        "native/core/moments/integer_tile.cpp",
        "native/core/moments/project.cpp",
        "native/core/moments/staging.cpp",
        "native/core/moments/tile.cpp",
        "native/core/moments/tile_arm.cpp",
        "native/core/moments/tile_x86.cpp",
        "native/core/views/noise.cpp"
      ],
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
      "defines": ["NODE_ADDON_API_CPP_EXCEPTIONS", "NODE_ADDON_API_DISABLE_DEPRECATED"],
      "cflags!": ["-fno-exceptions"],
      "cflags_cc!": ["-fno-exceptions", "-std=gnu++17", "-std=gnu++20"],
      "cflags_cc": ["-std=c++17", "-O3", "-fno-math-errno", "-Wall", "-Wextra", "-fvisibility=hidden"],
      "conditions": [
        ["OS=='linux'", {
          "cflags_cc": ["<!@(pkg-config --cflags openblas)"],
          "libraries": ["<!@(pkg-config --libs openblas)"]
        }],
        ["OS=='mac'", {
          "libraries": ["-framework Accelerate"],
          "xcode_settings": {
            "GCC_ENABLE_CPP_EXCEPTIONS": "YES",
            "CLANG_CXX_LIBRARY": "libc++",
            "CLANG_CXX_LANGUAGE_STANDARD": "c++17",
            "MACOSX_DEPLOYMENT_TARGET": "13.3",
            "GCC_OPTIMIZATION_LEVEL": "3",
            "OTHER_CFLAGS": ["-fno-math-errno", "-fvisibility=hidden"]
          }
        }]
      ]
    }
  ]
}
