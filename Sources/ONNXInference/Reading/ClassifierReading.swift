import FileFormats

/// Finds the input and the output of a classifier, and traces it for one image.
struct ClassifierReading {
  let file: ONNXClassifierFile
  let input: ONNXValueInfo
  /// The sizes of one image.
  let imageShape: [Int]
  /// The batch that the file says; nil if it is free.
  let fixedBatch: Int?
  /// The images that `program` is for: one, unless the graph can only do the batch that the file says.
  let batch: Int
  let program: Program
  let output: String
  let outputKind: ONNXOutputKind
  let classes: Int

  init(_ file: ONNXClassifierFile, imageShape: [Int]?, output: String?) throws {
    self.file = file
    let parts = try InputReading(file, imageShape: imageShape)
    (input, self.imageShape, fixedBatch) = (parts.input, parts.imageShape, parts.fixedBatch)
    let candidates = file.model.graph.outputs.map(\.name)
    if let output, !candidates.contains(output) {
      throw ONNXInferenceError.notAClassifier(
        path: file.path, location: "outputs", found: "no '\(output)'",
        expected: "one of \(candidates.joined(separator: ", "))")
    }
    let wanted = output.map { [$0] } ?? candidates
    func traced(_ images: Int) throws -> TracedGraph {
      try ClassifierReading.trace(file, parts, images: images, outputs: wanted)
    }
    var (images, graph) = (1, try traced(1))
    if !graph.unsupported.isEmpty, let fixedBatch, fixedBatch > 1,
      case let own = try traced(fixedBatch), own.unsupported.isEmpty
    {
      (images, graph) = (fixedBatch, own)
    }
    guard graph.unsupported.isEmpty else {
      throw ONNXInferenceError.unsupported(path: file.path, graph.unsupported)
    }
    let choice = try OutputChoice(graph.program, names: wanted, images: images, path: file.path)
    batch = images
    self.output = choice.name
    (outputKind, classes) = (choice.kind, choice.classes)
    program = choice.program
  }

  /// Returns the program for so many images, or nil if the graph cannot do them.
  func program(images: Int) throws -> Program? {
    let parts = try InputReading(file, imageShape: imageShape)
    let traced = try ClassifierReading.trace(file, parts, images: images, outputs: [output])
    guard traced.unsupported.isEmpty,
      let choice = try? OutputChoice(
        traced.program, names: [output], images: images, path: file.path),
      choice.classes == classes
    else { return nil }
    return choice.program
  }

  static func trace(
    _ file: ONNXClassifierFile, _ parts: InputReading, images: Int, outputs: [String]
  ) throws -> TracedGraph {
    try GraphTracing(file.model, outputs: outputs, path: file.path).trace(
      inputs: [(parts.input.name, [images] + parts.imageShape, .float)],
      constants: file.constants, outputs: outputs)
  }
}

/// The input of a classifier.
struct InputReading {
  let input: ONNXValueInfo
  let imageShape: [Int]
  let fixedBatch: Int?

  init(_ file: ONNXClassifierFile, imageShape: [Int]?) throws {
    func refuse(_ location: String, _ found: String, _ expected: String) -> ONNXInferenceError {
      .notAClassifier(path: file.path, location: location, found: found, expected: expected)
    }
    let inputs = file.inputs
    guard let input = inputs.first, inputs.count == 1 else {
      throw refuse(
        "graph", "\(inputs.count) inputs (\(inputs.map(\.name).joined(separator: ", ")))",
        "one, a batch of images")
    }
    let place = "input '\(input.name)'"
    guard ElementKind(dataType: input.dataType) == .float else {
      throw refuse(place, "elements of type \(input.dataType)", "floats")
    }
    guard let dimensions = input.shape, dimensions.count >= 2 else {
      throw refuse(
        place, input.shape.map { "\($0.count) dimensions" } ?? "no shape",
        "a batch and the sizes of an image")
    }
    if let imageShape, imageShape.count != dimensions.count - 1 {
      throw refuse(
        place, "\(dimensions.count - 1) dimensions after the batch",
        "\(imageShape.count), as in the image shape \(imageShape) that was asked for")
    }
    var sizes: [Int] = []
    for (index, dimension) in dimensions.dropFirst().enumerated() {
      switch dimension {
      case .size(let size):
        if let wanted = imageShape?[index], wanted != size {
          throw refuse(place, "a size of \(size)", "\(wanted), as was asked for")
        }
        guard size > 0 else { throw refuse(place, "a size of \(size)", "a positive one") }
        sizes.append(size)
      case .symbol(let name):
        guard let size = imageShape?[index], size > 0 else {
          throw refuse(
            place, "the open size '\(name)' in dimension \(index + 1)",
            "a number; say the sizes of an image")
        }
        sizes.append(size)
      }
    }
    switch dimensions[0] {
    case .symbol: fixedBatch = nil
    case .size(let size) where size > 0 && size <= 4096: fixedBatch = size
    case .size(let size): throw refuse(place, "a batch of \(size)", "1 to 4096, or a free one")
    }
    (self.input, self.imageShape) = (input, sizes)
  }
}

/// The output that holds a number for each image and class.
struct OutputChoice {
  let name: String
  let classes: Int
  let kind: ONNXOutputKind
  /// The program with that output alone.
  let program: Program

  init(_ program: Program, names: [String], images: Int, path: String) throws {
    func refuse(_ found: String, _ expected: String) -> ONNXInferenceError {
      .notAClassifier(path: path, location: "outputs", found: found, expected: expected)
    }
    var fitting: [(name: String, value: Int)] = []
    for (name, value) in zip(names, program.outputs) {
      let shape = program.values[value].shape
      guard shape.count >= 2, shape[0] == images, shape[1] > 0,
        shape.dropFirst(2).allSatisfy({ $0 == 1 }), program.values[value].kind == .float,
        program.values[value].constant == nil
      else { continue }
      fitting.append((name, value))
    }
    guard let (name, value) = fitting.first else {
      let shapes = zip(names, program.outputs).map { "\($0) \(program.values[$1].shape)" }
      throw refuse(
        shapes.joined(separator: ", "), "one of [\(images), classes], computed from the image")
    }
    guard fitting.count == 1 else {
      throw refuse(
        "several that could be meant: \(fitting.map(\.name).joined(separator: ", "))",
        "the name of one to be given")
    }
    self.name = name
    classes = program.values[value].shape[1]
    var program = program
    program.outputs = [value]
    program.removeDeadInstructions()
    self.program = program
    kind = OutputChoice.kind(of: value, in: program)
  }

  private static func kind(of value: Int, in program: Program) -> ONNXOutputKind {
    let producers = program.producers
    var value = value
    while let index = producers[value] {
      let instruction = program.instructions[index]
      switch instruction.operation {
      case .reshape, .transpose: value = instruction.inputs[0]
      case .softmax(let isLogarithm): return isLogarithm ? .logProbabilities : .probabilities
      case .pointwise(.sigmoid): return .independentProbabilities
      default: return .logits
      }
    }
    return .logits
  }
}
