# Instructions that differ in what ggml makes of them: AVX512-VBMI does not.
set(cpu_folder x86)
set(avx2 FEATURES GGML_SSE42 GGML_F16C GGML_FMA GGML_BMI2 GGML_AVX GGML_AVX2)
set(avx2_options -msse4.2 -mf16c -mfma -mbmi2 -mavx -mavx2)
set(avx512_options ${avx2_options} -mavx512f -mavx512cd -mavx512vl -mavx512dq -mavx512bw)

add_variant(x86_64)
add_variant(sse42 FEATURES GGML_SSE42 OPTIONS -msse4.2)
add_variant(avx2 ${avx2} OPTIONS ${avx2_options})
add_variant(avx_vnni ${avx2} GGML_AVX_VNNI OPTIONS ${avx2_options} -mavxvnni)
add_variant(avx512 ${avx2} GGML_AVX512 OPTIONS ${avx512_options})
add_variant(avx512_vnni ${avx2} GGML_AVX512 GGML_AVX512_VNNI OPTIONS ${avx512_options} -mavx512vnni)
add_variant(avx512_bf16 ${avx2} GGML_AVX512 GGML_AVX512_VNNI GGML_AVX512_BF16
    OPTIONS ${avx512_options} -mavx512vnni -mavx512bf16)
add_variant(amx ${avx2} GGML_AVX512 GGML_AVX512_VNNI GGML_AVX512_BF16 GGML_AMX_TILE GGML_AMX_INT8
    OPTIONS ${avx512_options} -mavx512vnni -mavx512bf16 -mamx-tile -mamx-int8)
