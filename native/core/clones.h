// Loops over arrays without branches, which compilers vectorise: on x86 one version per instruction set is compiled and the
// loader picks. It picks before a sanitizer's runtime is ready, so not under those.
#pragma once

#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define EIGENVIEW_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define EIGENVIEW_CLONES
#endif

// Each version must contain its helpers: a helper compiled once would be called, and end the vectorisation.
#define EIGENVIEW_INLINE __attribute__((always_inline)) inline
