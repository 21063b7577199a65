# i8mm comes without SVE, too: that is what a guest on Apple's M2 and later has, and no variant of ggml's own.
set(cpu_folder arm)

add_variant(armv8)
add_variant(dotprod FEATURES GGML_USE_DOTPROD GGML_USE_FP16_VECTOR_ARITHMETIC
    OPTIONS -march=armv8.2-a+dotprod+fp16)
add_variant(i8mm FEATURES GGML_USE_DOTPROD GGML_USE_FP16_VECTOR_ARITHMETIC GGML_USE_MATMUL_INT8
    OPTIONS -march=armv8.2-a+dotprod+fp16+i8mm)
add_variant(sve FEATURES GGML_USE_DOTPROD GGML_USE_FP16_VECTOR_ARITHMETIC GGML_USE_SVE GGML_USE_MATMUL_INT8
    OPTIONS -march=armv8.2-a+dotprod+fp16+i8mm+sve)
