// Written by scripts/operators.py out of the schemas of Python's onnx 1.23.2

/**
 * Sets of element types: the letter at place n of the alphabet (then `{` and `|`) is number n of TensorProto.DataType, `*` what is
 * no tensor (sequences, maps, optional values).
 */
export const typeSets = `
ajk abcdefgjklm abcdefgjklmp ajkp afgjklm afgjklmp g i abcdefgijklmp abcdefgijklmnopqrstuvwxyz bdlm bcdefglm fg abcdefgijklm abcdefghijklm abcdefghijklmp abcdefghijklmpqrst abcdefghijklmpqrstuv abcdefghijklmpqrstuvw abcdefghijklmpqrstuvwx abcdefghijklmpqrstuvwxyz abcdefghijklmpqrstuvwxyz{| ajp a abcdefghijklmnop abcdefghijklmno * abcdefghijklmnopqrst abcdefghijklmnopqrstuv abcdefghijklmnopqrstuvw abcdefghijklmnopqrstuvwx abcdefghijklmnopqrstuvwxyz abcdefgijklmpqrst abcdefgijklmpqrstuv abcdefgijklmpqrstuvw abcdefgijklmpqrstuvwx abcdefgijklmpqrstuvwxyz bc f afgklm bcf bcfqrst bcdefqrstuv bcdefqrstuvw ajpx bcdefqrstuvwyz bcdefqrstuvwyz{| ajkpqrst b fgi *abcdefghijklmnop *abcdefghijklmnopqrst *abcdefghijklmnopqrstuv *abcdefghijklmnopqrstuvw *abcdefghijklmnopqrstuvwx *abcdefghijklmnopqrstuvwxyz *abcdefghijklmno ak ap abcjk abcjkp acefgjk acefgjkp *abcdefghijklmnopqrstuvwxyz{| afgjk afgjkp bcqrst af afjp bcdeqrstuv bcdeqrstuvw afjpx bcdeqrstuvwyz bcdeqrstuvwyz{| aefgk aefgjkp abcfgjklm abcfgjklmp abcfgijklmp h fgh afgijk
`

/**
 * What ONNX's own operators take and give, by the operator set that brought it: a letter for the type of each input, `>`, of each
 * output (`+` behind one that may come again, `*` where each time may be of another type), and the sets that the letters A, B, …
 * stand for. Operands with the same letter have the same type.
 */
export const operandTypeTable = `
Abs 1=A>A,0 6=A>A,1 13=A>A,2
Acos 7=A>A,0 22=A>A,3
Acosh 9=A>A,0 22=A>A,3
Add 1=AA>A,0 6=AA>A,4 13=AA>A,5 14=AA>A,2
AffineGrid 20=AB>A,3,6
And 1=AA>B,7,7
ArgMax 1=A>B,1,6 13=A>B,2,6
ArgMin 1=A>B,1,6 13=A>B,2,6
Asin 7=A>A,0 22=A>A,3
Asinh 9=A>A,0 22=A>A,3
Atan 7=A>A,0 22=A>A,3
Atanh 9=A>A,0 22=A>A,3
Attention 23=AABCAB>AABA,3,3,8 24=AABCABD>AABA,3,3,8,6
AveragePool 1=A>A,0 22=A>A,3
BatchNormalization 1=AAAAA>AAAAA,0 14=AAABB>ABB,3,3 15=ABBCC>ACC,3,3,3
Bernoulli 15=A>B,0,8 22=A>B,3,8
BitCast 26=A>B,9,9
BitShift 11=AA>A,10 28=AA>A,11
BitwiseAnd 18=AA>A,11
BitwiseNot 18=A>A,11
BitwiseOr 18=AA>A,11
BitwiseXor 18=AA>A,11
BlackmanWindow 17=A>B,12,2
Cast 1=A>B,13,13 9=A>B,14,14 13=A>B,15,15 19=A>B,16,16 21=A>B,17,17 23=A>B,18,18 24=A>B,19,19 25=A>B,20,20 28=A>B,21,21
CastLike 15=AB>B,15,15 19=AB>B,16,16 21=AB>B,17,17 23=AB>B,18,18 24=AB>B,19,19 25=AB>B,20,20
CausalConvWithState 27=AAAA>AA,22
Ceil 1=A>A,0 13=A>A,3
Celu 12=A>A,23 28=A>A,3
CenterCropPad 18=AB>A,24,12
Clip 1=A>A,0 11=AAA>A,0 12=AAA>A,1 13=AAA>A,2
Col2Im 18=ABB>A,24,6
Compress 9=AB>A,25,7 28=AB>A,24,7
Concat 1=A+>A,0 4=A+>A,25 13=A+>A,24
ConcatFromSequence 11=A>B,26,25
Constant 1=>A,0 9=>A,25 13=>A,24 19=>A,27 21=>A,28 23=>A,29 24=>A,30 25=>A,31
ConstantOfShape 9=A>B,6,13 20=A>B,6,32 21=A>B,6,33 23=A>B,6,34 24=A>B,6,35 25=A>B,6,36
Conv 1=AAA>A,0 22=AAA>A,3
ConvInteger 10=ABAB>C,37,37,38
ConvTranspose 1=AAA>A,0 22=AAA>A,3
Cos 7=A>A,0 22=A>A,3
Cosh 9=A>A,0 22=A>A,3
CumProd 26=AB>A,5,12
CumSum 11=AB>A,39,12 14=AB>A,5,12
DFT 17=AB>A,3,12 20=ABC>A,3,12,6
DeformConv 19=AAAAA>A,0 22=AAAAA>A,3
DepthToSpace 1=A>A,25 13=A>A,24
DequantizeLinear 10=ABA>B,40,23 19=ABA>B,41,22 21=ABA>B,42,22 23=ABA>C,43,22,22 24=ABA>C,43,44,22 25=ABA>C,45,44,22 28=ABA>C,46,44,22
Det 11=A>A,0 22=A>A,3
Div 1=AA>A,0 6=AA>A,4 13=AA>A,5 14=AA>A,2
Dropout 1=A>AA,0 10=A>AB,0,7 12=ABC>AC,0,0,7 13=ABC>AC,3,0,7 22=ABC>AC,47,47,7
DynamicQuantizeLinear 11=A>BCB,23,48,23
Einsum 12=A+>A,1 28=A+>A,2
Elu 1=A>A,0 22=A>A,3
Equal 1=AA>B,49,7 11=AA>B,13,7 13=AA>B,8,7 19=AA>B,15,7
Erf 9=A>A,1 13=A>A,3
Exp 1=A>A,0 13=A>A,3
Expand 8=AB>A,25,6 13=AB>A,24,6
EyeLike 9=A>B,13,13 22=A>B,8,8
Flatten 1=A>A,0 9=A>A,25 13=A>A,24 21=A>A,28 23=A>A,29 24=A>A,30 25=A>A,31
Floor 1=A>A,0 13=A>A,3
GRU 1=AAAABA>AA,0,38 22=AAAABA>AA,3,38
Gather 1=AB>A,25,12 13=AB>A,24,12
GatherElements 11=AB>A,25,12 13=AB>A,24,12
GatherND 11=AB>A,25,6 13=AB>A,24,6
Gelu 20=A>A,3
Gemm 1=AAA>A,0 9=AAA>A,4 13=AAA>A,5
GlobalAveragePool 1=A>A,0 22=A>A,3
GlobalLpPool 1=A>A,0 22=A>A,3
GlobalMaxPool 1=A>A,0 22=A>A,3
Greater 1=AA>B,0,7 9=AA>B,1,7 13=AA>B,2,7
GreaterOrEqual 12=AA>B,1,7 16=AA>B,2,7
GridSample 16=AB>A,25,0 22=AB>A,24,3
GroupNormalization 18=AAA>A,3
HammingWindow 17=A>B,12,2
HannWindow 17=A>B,12,2
HardSigmoid 1=A>A,0 22=A>A,3
HardSwish 14=A>A,0 22=A>A,3
Hardmax 1=A>A,0 13=A>A,3
Identity 1=A>A,25 13=A>A,24 14=A>A,50 19=A>A,51 21=A>A,52 23=A>A,53 24=A>A,54 25=A>A,55
If 1=A>B*,7,25 13=A>B*,7,56 16=A>B*,7,50 19=A>B*,7,51 21=A>B*,7,52 23=A>B*,7,53 24=A>B*,7,54 25=A>B*,7,55
ImageDecoder 20=A>B,48,48
InstanceNormalization 1=AAA>A,0 22=AAA>A,3
IsInf 10=A>B,57,7 20=A>B,47,7
IsNaN 9=A>B,0,7 13=A>B,3,7 20=A>B,47,7
LRN 1=A>A,0 13=A>A,3
LSTM 1=AAAABAAA>AAA,0,38 22=AAAABAAA>AAA,3,38
LayerNormalization 17=AAA>ABB,3,58
LeakyRelu 1=A>A,0 16=A>A,3
Less 1=AA>B,0,7 9=AA>B,1,7 13=AA>B,2,7
LessOrEqual 12=AA>B,1,7 16=AA>B,2,7
LinearAttention 27=AAABAA>AB,22,22
Log 1=A>A,0 13=A>A,3
LogSoftmax 1=A>A,0 13=A>A,3
Loop 1=ABC*>C*,6,7,25 13=ABC*>C*,6,7,56 16=ABC*>C*,6,7,50 19=ABC*>C*,6,7,51 21=ABC*>C*,6,7,52 23=ABC*>C*,6,7,53 24=ABC*>C*,6,7,54 25=ABC*>C*,6,7,55
LpNormalization 1=A>A,0 22=A>A,3
LpPool 1=A>A,0 22=A>A,3
MatMul 1=AA>A,0 9=AA>A,4 13=AA>A,5
MatMulInteger 10=ABAB>C,37,37,38
Max 1=A+>A,0 12=A+>A,1 13=A+>A,2
MaxPool 1=A>A,0 8=A>AB,0,6 12=A>AB,59,6 22=A>AB,60,6
MaxRoiPool 1=AA>A,0 22=AA>A,3
MaxUnpool 9=ABB>A,0,6 22=ABB>A,3,6
Mean 1=A+>A,0 13=A+>A,3
MeanVarianceNormalization 9=A>A,0 13=A>A,3
MelWeightMatrix 17=AAABB>C,12,3,2
Min 1=A+>A,0 12=A+>A,1 13=A+>A,2
Mish 18=A>A,0 22=A>A,3
Mod 10=AA>A,1 13=AA>A,2
Mul 1=AA>A,0 6=AA>A,4 13=AA>A,5 14=AA>A,2
Multinomial 7=A>B,0,12 22=A>B,3,12
Neg 1=A>A,0 6=A>A,61 13=A>A,62
NegativeLogLikelihoodLoss 12=ABA>A,0,12 22=ABA>A,3,12
NonMaxSuppression 10=AABAA>B,23,6
NonZero 9=A>B,25,6 13=A>B,24,6
Not 1=A>A,7
OneHot 9=ABC>C,1,1,25 28=ABC>C,1,1,24
Optional 15=A>B,56,26 28=A>B,63,26
OptionalGetElement 15=A>B,26,56 18=A>B,56,56 28=A>B,63,63
OptionalHasElement 15=A>B,26,7 18=A>B,56,7 28=A>B,63,7
Or 1=AA>B,7,7
PRelu 1=AA>A,0 9=AA>A,4 16=AA>A,5
Pad 1=A>A,0 11=ABA>A,1,6 13=ABA>A,24,6 18=ABAC>A,24,6,12 21=ABAC>A,28,6,12 23=ABAC>A,29,6,12 24=ABAC>A,30,6,12 25=ABAC>A,31,6,12
Pow 1=AA>A,0 12=AB>A,64,1 13=AB>A,65,1 15=AB>A,65,2
QLinearConv 10=ABACBCBDE>D,37,23,37,37,38
QLinearMatMul 10=ABACBCBD>D,37,23,37,37 21=ABACBCBD>D,66,22,66,66
QuantizeLinear 10=ABC>C,67,23,37 19=AAB>B,68,66 21=AAB>B,68,69 23=ABC>C,68,68,70 24=ABC>C,68,71,70 25=ABC>C,68,71,72 28=ABC>C,68,71,73
RMSNormalization 23=AB>B,3,3
RNN 1=AAAABA>AA,0,38 22=AAAABA>AA,3,38
RandomNormal 1=>A,0 22=>A,3
RandomNormalLike 1=A>B,25,0 22=A>B,24,3
RandomUniform 1=>A,0 22=>A,3
RandomUniformLike 1=A>B,25,0 22=A>B,24,3
Range 11=AAA>A,74 27=AAA>A,75
Reciprocal 1=A>A,0 13=A>A,3
ReduceL1 1=A>A,4 13=A>A,5 18=AB>A,5,6
ReduceL2 1=A>A,4 13=A>A,5 18=AB>A,5,6
ReduceLogSum 1=A>A,4 13=A>A,5 18=AB>A,5,6 28=AB>A,3,6
ReduceLogSumExp 1=A>A,4 13=A>A,5 18=AB>A,5,6 28=AB>A,3,6
ReduceMax 1=A>A,4 12=A>A,76 13=A>A,77 18=AB>A,77,6 20=AB>A,78,6
ReduceMean 1=A>A,4 13=A>A,5 18=AB>A,5,6
ReduceMin 1=A>A,4 12=A>A,76 13=A>A,77 18=AB>A,77,6 20=AB>A,78,6
ReduceProd 1=A>A,4 13=A>A,5 18=AB>A,5,6
ReduceSum 1=A>A,4 13=AB>A,5,6
ReduceSumSquare 1=A>A,4 13=A>A,5 18=AB>A,5,6
RegexFullMatch 20=A>B,79,7
Relu 1=A>A,0 13=A>A,3 14=A>A,62
Reshape 1=A>A,0 5=AB>A,25,6 13=AB>A,24,6 19=AB>A,27,6 21=AB>A,28,6 23=AB>A,29,6 24=AB>A,30,6 25=AB>A,31,6
Resize 10=AB>A,25,23 11=ABCD>A,25,0,23,6 13=ABCD>A,24,0,23,6
ReverseSequence 10=AB>A,25,6 28=AB>A,24,6
RoiAlign 10=AAB>A,0,6 22=AAB>A,3,6
RotaryEmbedding 23=AAAB>A,22,6
Round 11=A>A,0 22=A>A,3
STFT 17=ABAB>A,3,12
Scan 8=AB*>B*,6,25 9=A*>A*,25 16=A*>A*,24 19=A*>A*,27 21=A*>A*,28 23=A*>A*,29 24=A*>A*,30 25=A*>A*,31
Scatter 9=ABA>A,25,12
ScatterElements 11=ABA>A,25,12 13=ABA>A,24,12
ScatterND 11=ABA>A,25,6 13=ABA>A,24,6
Selu 1=A>A,0 22=A>A,3
SequenceAt 11=AB>C,26,12,25
SequenceConstruct 11=A+>B,25,26
SequenceEmpty 11=>A,26
SequenceErase 11=AB>A,26,12
SequenceInsert 11=ABC>A,26,25,12
SequenceLength 11=A>B,26,6
SequenceMap 17=AB*>A*,26,56
Shape 1=A>B,25,6 13=A>B,24,6 19=A>B,27,6 21=A>B,28,6 23=A>B,29,6 24=A>B,30,6 25=A>B,31,6
Shrink 9=A>A,1
Sigmoid 1=A>A,0 13=A>A,3
Sign 9=A>A,1 13=A>A,2
Sin 7=A>A,0 22=A>A,3
Sinh 9=A>A,0 22=A>A,3
Size 1=A>B,25,6 13=A>B,24,6 19=A>B,27,6 21=A>B,28,6 23=A>B,29,6 24=A>B,30,6 25=A>B,31,6
Slice 1=A>A,25 10=ABBBB>A,25,12 13=ABBBB>A,24,12
Softmax 1=A>A,0 13=A>A,3
SoftmaxCrossEntropyLoss 12=ABA>AA,0,12 13=ABA>AA,3,12
Softplus 1=A>A,0 22=A>A,3
Softsign 1=A>A,0 22=A>A,3
SpaceToDepth 1=A>A,25 13=A>A,24
Split 1=AA>A+,0 2=A>A+,25 13=AB>A+,24,6
SplitToSequence 11=AB>C,25,12,26 24=AB>C,24,12,26
Sqrt 1=A>A,0 13=A>A,3
Squeeze 1=A>A,25 13=AB>A,24,6 21=AB>A,28,6 23=AB>A,29,6 24=AB>A,30,6 25=AB>A,31,6
StringConcat 20=AA>A,79
StringNormalizer 10=A>A,79
StringSplit 20=A>BC,79,79,6
Sub 1=AA>A,0 6=AA>A,4 13=AA>A,5 14=AA>A,2
Sum 1=A+>A,0 13=A+>A,3
SwiGLU 28=AA>A,3
Swish 24=A>A,3
Tan 7=A>A,0 22=A>A,3
Tanh 1=A>A,0 13=A>A,3
TensorScatter 24=AAB>A,30,6
TfIdfVectorizer 9=A>B,80,23
ThresholdedRelu 10=A>A,0 22=A>A,3
Tile 1=AAA>A,0 6=AB>A,25,6 13=AB>A,24,6
TopK 1=A>AB,0,6 10=AB>AC,0,6,6 11=AB>AC,1,6,6 24=AB>AC,2,6,6
Transpose 1=A>A,25 13=A>A,24 21=A>A,28 23=A>A,29 24=A>A,30 25=A>A,31
Trilu 14=AB>A,24,6
Unique 11=A>ABBB,25,6 28=A>ABBB,24,6
Unsqueeze 1=A>A,25 13=AB>A,24,6 21=AB>A,28,6 23=AB>A,29,6 24=AB>A,30,6 25=AB>A,31,6
Upsample 1=A>A,81 7=A>A,25 9=AB>A,25,23
Where 9=ABB>B,7,25 16=ABB>B,7,24
Xor 1=AA>B,7,7
`
