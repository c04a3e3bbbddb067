// Written by scripts/operators.py out of the schemas of Python's onnx 1.23.2

/** The newest operator set of ONNX's own domain that the table knows. */
export const newestOpset = 28

/**
 * ONNX's own operators over all versions: name, first opset, counts of inputs and outputs (`*` is any number), attributes
 * with their kinds, `!` for one that every version requires.
 */
export const operatorTable = `
Abs 1 1-1 1-1 consumed_inputs:ints
Acos 7 1-1 1-1
Acosh 9 1-1 1-1
Add 1 2-2 1-1 axis:int broadcast:int consumed_inputs:ints
AffineGrid 20 2-2 1-1 align_corners:int
And 1 2-2 1-1 axis:int broadcast:int
ArgMax 1 1-1 1-1 axis:int keepdims:int select_last_index:int
ArgMin 1 1-1 1-1 axis:int keepdims:int select_last_index:int
Asin 7 1-1 1-1
Asinh 9 1-1 1-1
Atan 7 1-1 1-1
Atanh 9 1-1 1-1
Attention 23 3-7 1-4 is_causal:int kv_num_heads:int left_window_size:int q_num_heads:int qk_matmul_output_mode:int right_window_size:int scale:float softcap:float softmax_precision:int
AveragePool 1 1-1 1-1 auto_pad:string ceil_mode:int count_include_pad:int dilations:ints kernel_shape!:ints pads:ints strides:ints
BatchNormalization 1 5-5 1-5 consumed_inputs:ints epsilon:float is_test:int momentum:float spatial:int training_mode:int
Bernoulli 15 1-1 1-1 dtype:int seed:float
BitCast 26 1-1 1-1 to!:int
BitShift 11 2-2 1-1 direction!:string
BitwiseAnd 18 2-2 1-1
BitwiseNot 18 1-1 1-1
BitwiseOr 18 2-2 1-1
BitwiseXor 18 2-2 1-1
BlackmanWindow 17 1-1 1-1 output_datatype:int periodic:int
Cast 1 1-1 1-1 round_mode:string saturate:int to!:int|string
CastLike 15 2-2 1-1 round_mode:string saturate:int
CausalConvWithState 27 2-4 2-2 activation:string
Ceil 1 1-1 1-1 consumed_inputs:ints
Celu 12 1-1 1-1 alpha:float
CenterCropPad 18 2-2 1-1 axes:ints
Clip 1 1-3 1-1 consumed_inputs:ints max:float min:float
Col2Im 18 3-3 1-1 dilations:ints pads:ints strides:ints
Compress 9 2-2 1-1 axis:int
Concat 1 1-* 1-1 axis:int
ConcatFromSequence 11 1-1 1-1 axis!:int new_axis:int
Constant 1 0-0 1-1 sparse_value:other value:tensor value_float:float value_floats:floats value_int:int value_ints:ints value_string:string value_strings:strings
ConstantOfShape 9 1-1 1-1 value:tensor
Conv 1 2-3 1-1 auto_pad:string dilations:ints group:int kernel_shape:ints pads:ints strides:ints
ConvInteger 10 2-4 1-1 auto_pad:string dilations:ints group:int kernel_shape:ints pads:ints strides:ints
ConvTranspose 1 2-3 1-1 auto_pad:string dilations:ints group:int kernel_shape:ints output_padding:ints output_shape:ints pads:ints strides:ints
Cos 7 1-1 1-1
Cosh 9 1-1 1-1
CumProd 26 2-2 1-1 exclusive:int reverse:int
CumSum 11 2-2 1-1 exclusive:int reverse:int
DFT 17 1-3 1-1 axis:int inverse:int onesided:int
DeformConv 19 3-5 1-1 dilations:ints group:int kernel_shape:ints offset_group:int pads:ints strides:ints
DepthToSpace 1 1-1 1-1 blocksize!:int mode:string
DequantizeLinear 10 2-3 1-1 axis:int block_size:int output_dtype:int
Det 11 1-1 1-1
Div 1 2-2 1-1 axis:int broadcast:int consumed_inputs:ints
Dropout 1 1-3 1-2 consumed_inputs:ints is_test:int ratio:float seed:int
DynamicQuantizeLinear 11 1-1 3-3
Einsum 12 1-* 1-1 equation!:string
Elu 1 1-1 1-1 alpha:float consumed_inputs:ints
Equal 1 2-2 1-1 axis:int broadcast:int
Erf 9 1-1 1-1
Exp 1 1-1 1-1 consumed_inputs:ints
Expand 8 2-2 1-1
EyeLike 9 1-1 1-1 dtype:int k:int
Flatten 1 1-1 1-1 axis:int
Floor 1 1-1 1-1 consumed_inputs:ints
GRU 1 3-6 0-2 activation_alpha:floats activation_beta:floats activations:strings clip:float direction:string hidden_size:int layout:int linear_before_reset:int output_sequence:int
Gather 1 2-2 1-1 axis:int
GatherElements 11 2-2 1-1 axis:int
GatherND 11 2-2 1-1 batch_dims:int
Gelu 20 1-1 1-1 approximate:string
Gemm 1 2-3 1-1 alpha:float beta:float broadcast:int transA:int transB:int
GlobalAveragePool 1 1-1 1-1
GlobalLpPool 1 1-1 1-1 p:float|int
GlobalMaxPool 1 1-1 1-1
Greater 1 2-2 1-1 axis:int broadcast:int
GreaterOrEqual 12 2-2 1-1
GridSample 16 2-2 1-1 align_corners:int mode:string padding_mode:string
GroupNormalization 18 3-3 1-1 epsilon:float num_groups!:int stash_type:int
HammingWindow 17 1-1 1-1 output_datatype:int periodic:int
HannWindow 17 1-1 1-1 output_datatype:int periodic:int
HardSigmoid 1 1-1 1-1 alpha:float beta:float consumed_inputs:ints
HardSwish 14 1-1 1-1
Hardmax 1 1-1 1-1 axis:int
Identity 1 1-1 1-1
If 1 1-1 1-* else_branch!:graph then_branch!:graph
ImageDecoder 20 1-1 1-1 pixel_format:string
InstanceNormalization 1 3-3 1-1 consumed_inputs:ints epsilon:float
IsInf 10 1-1 1-1 detect_negative:int detect_positive:int
IsNaN 9 1-1 1-1
LRN 1 1-1 1-1 alpha:float beta:float bias:float size!:int
LSTM 1 3-8 0-3 activation_alpha:floats activation_beta:floats activations:strings clip:float direction:string hidden_size:int input_forget:int layout:int output_sequence:int
LayerNormalization 17 2-3 1-3 axis:int epsilon:float stash_type:int
LeakyRelu 1 1-1 1-1 alpha:float consumed_inputs:ints
Less 1 2-2 1-1 axis:int broadcast:int
LessOrEqual 12 2-2 1-1
LinearAttention 27 3-6 2-2 chunk_size:int kv_num_heads!:int q_num_heads!:int scale:float update_rule:string
Log 1 1-1 1-1 consumed_inputs:ints
LogSoftmax 1 1-1 1-1 axis:int
Loop 1 2-* 1-* body!:graph
LpNormalization 1 1-1 1-1 axis:int p:int
LpPool 1 1-1 1-1 auto_pad:string ceil_mode:int dilations:ints kernel_shape:ints p:float|int pads:ints strides:ints
MatMul 1 2-2 1-1
MatMulInteger 10 2-4 1-1
Max 1 1-* 1-1 consumed_inputs:ints
MaxPool 1 1-1 1-2 auto_pad:string ceil_mode:int dilations:ints kernel_shape!:ints pads:ints storage_order:int strides:ints
MaxRoiPool 1 2-2 1-1 pooled_shape!:ints spatial_scale:float
MaxUnpool 9 2-3 1-1 kernel_shape!:ints pads:ints strides:ints
Mean 1 1-* 1-1 consumed_inputs:ints
MeanVarianceNormalization 9 1-1 1-1 axes:ints
MelWeightMatrix 17 5-5 1-1 output_datatype:int
Min 1 1-* 1-1 consumed_inputs:ints
Mish 18 1-1 1-1
Mod 10 2-2 1-1 fmod:int
Mul 1 2-2 1-1 axis:int broadcast:int consumed_inputs:ints
Multinomial 7 1-1 1-1 dtype:int sample_size:int seed:float
Neg 1 1-1 1-1 consumed_inputs:ints
NegativeLogLikelihoodLoss 12 2-3 1-1 ignore_index:int reduction:string
NonMaxSuppression 10 2-5 1-1 center_point_box:int
NonZero 9 1-1 1-1
Not 1 1-1 1-1
OneHot 9 3-3 1-1 axis:int
Optional 15 0-1 1-1 type:other
OptionalGetElement 15 1-1 1-1
OptionalHasElement 15 0-1 1-1
Or 1 2-2 1-1 axis:int broadcast:int
PRelu 1 2-2 1-1 consumed_inputs:ints
Pad 1 1-4 1-1 mode:string paddings:ints pads:ints value:float
Pow 1 2-2 1-1 axis:int broadcast:int
QLinearConv 10 8-9 1-1 auto_pad:string dilations:ints group:int kernel_shape:ints pads:ints strides:ints
QLinearMatMul 10 8-8 1-1
QuantizeLinear 10 2-3 1-1 axis:int block_size:int output_dtype:int precision:int saturate:int
RMSNormalization 23 2-2 1-1 axis:int epsilon:float stash_type:int
RNN 1 3-6 0-2 activation_alpha:floats activation_beta:floats activations:strings clip:float direction:string hidden_size:int layout:int output_sequence:int
RandomNormal 1 0-0 1-1 dtype:int mean:float scale:float seed:float shape!:ints
RandomNormalLike 1 1-1 1-1 dtype:int mean:float scale:float seed:float
RandomUniform 1 0-0 1-1 dtype:int high:float low:float seed:float shape!:ints
RandomUniformLike 1 1-1 1-1 dtype:int high:float low:float seed:float
Range 11 3-3 1-1 stash_type:int
Reciprocal 1 1-1 1-1 consumed_inputs:ints
ReduceL1 1 1-2 1-1 axes:ints keepdims:int noop_with_empty_axes:int
ReduceL2 1 1-2 1-1 axes:ints keepdims:int noop_with_empty_axes:int
ReduceLogSum 1 1-2 1-1 axes:ints keepdims:int noop_with_empty_axes:int
ReduceLogSumExp 1 1-2 1-1 axes:ints keepdims:int noop_with_empty_axes:int
ReduceMax 1 1-2 1-1 axes:ints keepdims:int noop_with_empty_axes:int
ReduceMean 1 1-2 1-1 axes:ints keepdims:int noop_with_empty_axes:int
ReduceMin 1 1-2 1-1 axes:ints keepdims:int noop_with_empty_axes:int
ReduceProd 1 1-2 1-1 axes:ints keepdims:int noop_with_empty_axes:int
ReduceSum 1 1-2 1-1 axes:ints keepdims:int noop_with_empty_axes:int
ReduceSumSquare 1 1-2 1-1 axes:ints keepdims:int noop_with_empty_axes:int
RegexFullMatch 20 1-1 1-1 pattern:string
Relu 1 1-1 1-1 consumed_inputs:ints
Reshape 1 1-2 1-1 allowzero:int consumed_inputs:ints shape:ints
Resize 10 1-4 1-1 antialias:int axes:ints coordinate_transformation_mode:string cubic_coeff_a:float exclude_outside:int extrapolation_value:float keep_aspect_ratio_policy:string mode:string nearest_mode:string
ReverseSequence 10 2-2 1-1 batch_axis:int time_axis:int
RoiAlign 10 3-3 1-1 coordinate_transformation_mode:string mode:string output_height:int output_width:int sampling_ratio:int spatial_scale:float
RotaryEmbedding 23 3-4 1-1 interleaved:int num_heads:int rotary_embedding_dim:int
Round 11 1-1 1-1
STFT 17 2-4 1-1 onesided:int
Scan 8 1-* 1-* body!:graph directions:ints num_scan_inputs!:int scan_input_axes:ints scan_input_directions:ints scan_output_axes:ints scan_output_directions:ints
Scatter 9 3-3 1-1 axis:int
ScatterElements 11 3-3 1-1 axis:int reduction:string
ScatterND 11 3-3 1-1 reduction:string
Selu 1 1-1 1-1 alpha:float consumed_inputs:ints gamma:float
SequenceAt 11 2-2 1-1
SequenceConstruct 11 1-* 1-1
SequenceEmpty 11 0-0 1-1 dtype:int
SequenceErase 11 1-2 1-1
SequenceInsert 11 2-3 1-1
SequenceLength 11 1-1 1-1
SequenceMap 17 1-* 1-* body!:graph
Shape 1 1-1 1-1 end:int start:int
Shrink 9 1-1 1-1 bias:float lambd:float
Sigmoid 1 1-1 1-1 consumed_inputs:ints
Sign 9 1-1 1-1
Sin 7 1-1 1-1
Sinh 9 1-1 1-1
Size 1 1-1 1-1
Slice 1 1-5 1-1 axes:ints ends:ints starts:ints
Softmax 1 1-1 1-1 axis:int
SoftmaxCrossEntropyLoss 12 2-3 1-2 ignore_index:int reduction:string
Softplus 1 1-1 1-1
Softsign 1 1-1 1-1
SpaceToDepth 1 1-1 1-1 blocksize!:int mode:string
Split 1 1-2 1-* axis:int num_outputs:int split:ints
SplitToSequence 11 1-2 1-1 axis:int keepdims:int
Sqrt 1 1-1 1-1 consumed_inputs:ints
Squeeze 1 1-2 1-1 axes:ints
StringConcat 20 2-2 1-1
StringNormalizer 10 1-1 1-1 case_change_action:string is_case_sensitive:int locale:string stopwords:strings
StringSplit 20 1-1 2-2 delimiter:string maxsplit:int
Sub 1 2-2 1-1 axis:int broadcast:int consumed_inputs:ints
Sum 1 1-* 1-1 consumed_inputs:ints
SwiGLU 28 2-2 1-1 alpha:float
Swish 24 1-1 1-1 alpha:float
Tan 7 1-1 1-1
Tanh 1 1-1 1-1 consumed_inputs:ints
TensorScatter 24 2-3 1-1 axis:int mode:string
TfIdfVectorizer 9 1-1 1-1 max_gram_length!:int max_skip_count!:int min_gram_length!:int mode!:string ngram_counts!:ints ngram_indexes!:ints pool_int64s:ints pool_strings:strings weights:floats
ThresholdedRelu 10 1-1 1-1 alpha:float
Tile 1 2-3 1-1
TopK 1 1-2 2-2 axis:int k:int largest:int sorted:int
Transpose 1 1-1 1-1 perm:ints
Trilu 14 1-2 1-1 upper:int
Unique 11 1-1 1-4 axis:int sorted:int
Unsqueeze 1 1-2 1-1 axes:ints
Upsample 1 1-2 1-1 height_scale:float mode:string scales:floats width_scale:float
Where 9 3-3 1-1
Xor 1 2-2 1-1 axis:int broadcast:int
`
