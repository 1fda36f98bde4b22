import CStudentKernels

/// An image classifier that `autodistill export` wrote, ready to run on one thread of any processor.
///
///     let student = try Student(contentsOf: "student.tflite")
///     let answer = try student.classify(pixels: pixels)
///     print(answer.className ?? "class \(answer.classIndex)", answer.probability)
///
/// A student does not change, and any number of threads may use it at once.
public struct Student: Sendable {
  /// The sides of an image and its values a pixel.
  public struct ImageShape: Hashable, Sendable {
    public let height: Int
    public let width: Int
    public let channels: Int

    /// The values of an image.
    public var count: Int { height * width * channels }
  }

  /// What a student thinks of an image.
  public struct Classification: Hashable, Sendable {
    /// The likeliest class, counted from 0.
    public let classIndex: Int
    /// Its name, where the file knows it.
    public let className: String?
    /// The student's own estimate, from 0 to 1.
    public let probability: Float
  }

  /// What the student is run on.
  public let inputShape: ImageShape
  public let classCount: Int
  /// In the order of the outputs; nil where the file has none.
  public let classNames: [String]?
  /// Whether weights and activations are int8; images and answers are fp32 in any case.
  public let isInteger: Bool
  /// Whether `predict` gives probabilities; logits otherwise.
  public let givesProbabilities: Bool
  /// How images are standardised, a value for each channel: (pixel − mean) / deviation, pixels from 0 to 255 for
  /// 8-bit images; nil where the file does not say.
  public let standardization: (mean: [Float], deviation: [Float])?

  private let program: Program
  private let file: String

  /// Reads a student.
  ///
  /// - Parameter path: A file of `autodistill export --format tflite`, fp32 or int8.
  /// - Throws: `StudentError` saying what is wrong with the file and where.
  public init(contentsOf path: String) throws(StudentError) {
    try self.init(contentsOf: path, level: nil)
  }

  /// Reads a student that runs on the kernels of an instruction set; nil for the best that there is.
  init(contentsOf path: String, level: Int32?) throws(StudentError) {
    var size = 0
    guard let bytes = student_read_file(path, &size) else {
      throw StudentError(file: path, reason: String(cString: student_last_error()))
    }
    defer { student_free(bytes) }
    do throws(Refusal) {
      try self.init(
        Array(UnsafeRawBufferPointer(start: bytes, count: size)), file: path, level: level)
    } catch {
      throw StudentError(file: path, reason: error.reason)
    }
  }

  init(_ bytes: [UInt8], file: String, level: Int32? = nil) throws(Refusal) {
    let graph = try TFLiteReader.graph(of: bytes)
    let levels: [Int32] = level.map { [$0] } ?? [3, 2, 1, 0]
    guard let kernels = levels.lazy.compactMap({ student_kernels_of_level($0) }).first?.pointee
    else {
      throw Refusal(
        "level \(levels)", found: "another processor", expected: "one with these instructions")
    }
    (program, self.file) = (try Program(graph, kernels: kernels), file)
    let (input, output) = (graph.tensors[graph.input], graph.tensors[graph.output])
    inputShape = ImageShape(height: input.height, width: input.width, channels: input.channels)
    (classCount, isInteger) = (output.count, input.isInteger)
    if case .softmax = graph.operations.last?.kind {
      givesProbabilities = true
    } else {
      givesProbabilities = false
    }
    classNames = graph.classNames?.count == output.count ? graph.classNames : nil
    let (mean, deviation) = (graph.pixelMean, graph.pixelDeviation)
    let isKnown =
      mean.count == input.channels && deviation.count == input.channels && !deviation.contains(0)
    standardization = isKnown ? (mean, deviation) : nil
  }

  /// Returns an output for each class: logits, or probabilities where the student gives these.
  ///
  /// - Parameter pixels: Standardised, `[height, width, channels]`, as the student was trained with.
  /// - Throws: `StudentError` if there are not as many as an image has.
  public func predict(pixels: [Float]) throws(StudentError) -> [Float] {
    guard pixels.count == inputShape.count else {
      throw StudentError(
        file: file,
        reason: "an image has \(inputShape.height)×\(inputShape.width)×\(inputShape.channels) = "
          + "\(inputShape.count) values, not \(pixels.count)")
    }
    return pixels.withUnsafeBufferPointer { program.run($0) }
  }

  /// As `predict(pixels:)`, for an 8-bit image that is standardised first.
  ///
  /// - Throws: `StudentError` if it has another size, or the file does not say how images are standardised.
  public func predict(image: [UInt8]) throws(StudentError) -> [Float] {
    guard let (mean, deviation) = standardization else {
      throw StudentError(
        file: file, reason: "it does not say how pixels are standardised: give standardised ones")
    }
    let channels = inputShape.channels
    return try predict(
      pixels: image.indices.map {
        (Float(image[$0]) - mean[$0 % channels]) / deviation[$0 % channels]
      })
  }

  /// Returns the likeliest class of standardised pixels; throws as `predict`.
  public func classify(pixels: [Float]) throws(StudentError) -> Classification {
    classification(of: try predict(pixels: pixels))
  }

  /// Returns the likeliest class of an 8-bit image; throws as `predict`.
  public func classify(image: [UInt8]) throws(StudentError) -> Classification {
    classification(of: try predict(image: image))
  }

  private func classification(of outputs: [Float]) -> Classification {
    let best = outputs.indices.max { outputs[$0] < outputs[$1] } ?? 0
    let sum = outputs.reduce(0) { $0 + student_exponential($1 - outputs[best]) }
    return Classification(
      classIndex: best, className: classNames?[best],
      probability: givesProbabilities ? outputs[best] : 1 / sum)
  }
}
