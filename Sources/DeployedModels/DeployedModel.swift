/// A network as runtimes of small devices execute it: operators in order, over tensors of one image.
///
/// Shapes, layouts and operators are those of TensorFlow Lite: activations `[1, H, W, C]` or `[1, C]`, convolution
/// weights `[Cout, kh, kw, Cin]`, depthwise ones `[1, kh, kw, C]`, dense ones `[Cout, Cin]`, biases `[Cout]`. A
/// model is fp32 or int8 throughout; what it computes in int8 is defined by TensorFlow Lite Micro's reference
/// kernels.
///
/// The invariant: operators stand in an order in which each reads only what is the input, a constant, or the
/// output of an operator before it; each tensor is the output of at most one operator, and constants of none.
public struct DeployedModel: Hashable, Sendable {
  /// Activations and constants.
  public var tensors: [DeployedTensor]
  public var operators: [DeployedOperator]
  /// The tensor that holds the image.
  public var input: Int
  /// The tensor that holds the logits, or probabilities if the model ends with a softmax.
  public var output: Int

  public init(
    tensors: [DeployedTensor], operators: [DeployedOperator], input: Int, output: Int
  ) {
    self.tensors = tensors
    self.operators = operators
    self.input = input
    self.output = output
  }
}
