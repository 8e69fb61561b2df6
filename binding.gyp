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
        "native/binding/views.cpp",
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
        "native/core/moments/differences.cpp",
        "native/core/moments/gram.cpp",
        "native/core/moments/staging.cpp",
        "native/core/moments/view_gram.cpp",
        "native/core/tiles/integer_tile.cpp",
        "native/core/tiles/project.cpp",
        "native/core/tiles/single_tile.cpp",
        "native/core/tiles/tile.cpp",
        "native/core/tiles/tile_arm.cpp",
        "native/core/tiles/tile_x86.cpp",
        "native/core/views/draw.cpp",
        "native/core/views/image/augmentations.cpp",
        "native/core/views/image/corruptions.cpp",
        "native/core/views/image/crop.cpp",
        "native/core/views/image/defocus_blur.cpp",
        "native/core/views/image/elastic.cpp",
        "native/core/views/image/filter.cpp",
        "native/core/views/image/fog.cpp",
        "native/core/views/image/jitter.cpp",
        "native/core/views/image/motion_blur.cpp",
        "native/core/views/image/noise.cpp",
        "native/core/views/image/pixelate.cpp",
        "native/core/views/image/plasma.cpp",
        "native/core/views/image/poisson.cpp",
        "native/core/views/image/shot_noise.cpp",
        "native/core/views/image/tone.cpp",
        "native/core/views/image/warp.cpp",
        "native/core/views/image/weigh.cpp",
        "native/core/views/image/zoom_blur.cpp",
        "native/core/views/noise.cpp",
        "native/core/views/steps.cpp"
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
