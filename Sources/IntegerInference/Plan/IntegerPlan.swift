import CIntegerVectors
import DeployedModels
import NeuralNetworks

/// The plan of our own int8 kernels: weights packed once, activations of one byte in one arena.
///
/// Its integers are those of `IntegerInterpreter`, and so of TensorFlow Lite Micro's reference kernels.
public final class IntegerPlan: InferencePlan {
  public static var precision: Precision { .int8 }

  public let model: DeployedModel
  /// The most images in one run.
  public let capacity: Int
  /// Where the images go before `run`, `[images, H, W, C]`: standardised pixels.
  public let input: UnsafeMutablePointer<Float>
  /// The values of one image.
  public var imageFloats: Int { model.tensors[model.input].elementCount }
  /// The values of the output after `run`, `[images, classes]`.
  public var logits: UnsafePointer<Float> { UnsafePointer(values) }

  private let memory = PlanMemory()
  /// Internal for the sake of profiles.
  let steps: [any IntegerStep]
  private let quantize: QuantizeStep?
  private let imageBytes: UnsafeMutablePointer<UInt8>?
  private let outputBytes: UnsafePointer<UInt8>
  private let outputCount: Int
  private let values: UnsafeMutablePointer<Float>
  /// The value of each byte of the output.
  private let meanings: [Float]

  /// The most bytes of activations, all images of a run together.
  private static let largestMemory = 1 << 32

  /// Plans a model.
  ///
  /// - Throws: `DeploymentError` if an operator has no kernel in int8, or tensors that its kernel refuses, or so many
  ///   images take more memory than there is on any machine for them.
  public init(_ model: DeployedModel, capacity: Int = 1) throws(DeploymentError) {
    guard lanes_are_runnable() != 0 else {
      throw DeploymentError(
        layer: "int8 engine",
        reason:
          "it was built for vector instructions that this processor lacks; rebuild it here, or "
          + "with AUTODISTILL_MARCH=x86-64-v2")
    }
    self.model = model
    self.capacity = capacity
    let operators = try PlannedOperator.fused(model)
    // The images themselves are there in fp32 as well.
    let bytes = model.tensors.reduce(4 * model.tensors[model.input].elementCount) {
      $0 + ($1.isConstant ? 0 : $1.byteCount)
    }
    guard capacity <= Self.largestMemory / bytes else {
      throw DeploymentError(
        layer: "model",
        reason:
          "\(capacity) images of \(bytes) bytes of activations, expected at most "
          + "\(Self.largestMemory) bytes in all")
    }
    let input = memory.take(capacity * model.tensors[model.input].elementCount, of: Float.self)
    let builder = PlanBuilder(
      model: model, operators: operators, capacity: capacity, input: input, memory: memory)
    self.input = input
    steps = try builder.steps()
    outputBytes = UnsafePointer(try builder.bytes(of: builder.integerOutput))
    outputCount = model.tensors[model.output].elementCount
    values = memory.take(capacity * outputCount)
    meanings = try builder.outputMeanings()
    let inputTensor = model.tensors[model.input]
    if inputTensor.type == .int8, let quantization = inputTensor.quantization {
      let bytes = try builder.bytes(of: model.input)
      imageBytes = bytes
      quantize = QuantizeStep(
        quantization: quantization, input: input, output: bytes, count: inputTensor.elementCount)
    } else {
      (imageBytes, quantize) = (nil, nil)
    }
  }

  /// Computes the outputs of the first `images` images of `input`.
  public func run(images: Int) {
    check(images)
    quantize?.run(images: images)
    runSteps(images)
  }

  /// Computes the outputs of images of integers, `[images, H, W, C]`, whatever is in `input`.
  ///
  /// - Precondition: The model's input is int8.
  public func run(integers: UnsafePointer<Int8>, images: Int) {
    check(images)
    guard let imageBytes else { preconditionFailure("a model that takes fp32 images") }
    for place in 0..<images * model.tensors[model.input].elementCount {
      imageBytes[place] = UInt8(bitPattern: integers[place]) ^ 128
    }
    runSteps(images)
  }

  /// The integers of an image's output after `run`.
  public func integers(image: Int = 0) -> [Int8] {
    (0..<outputCount).map { Int8(bitPattern: outputBytes[image * outputCount + $0] ^ 128) }
  }

  private func check(_ images: Int) {
    precondition(images <= capacity, "\(images) images do not fit into a plan for \(capacity)")
  }

  private func runSteps(_ images: Int) {
    for step in steps { step.run(images: images) }
    for place in 0..<images * outputCount { values[place] = meanings[Int(outputBytes[place])] }
  }
}
