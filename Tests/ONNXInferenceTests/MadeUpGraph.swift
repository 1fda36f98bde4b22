import FileFormats

@testable import ONNXInference

/// Puts a small graph together and runs it.
struct MadeUpGraph {
  var graph = ONNXGraph()
  var functions: [ONNXFunction] = []
  var operatorSet = 20

  /// Begins a graph that reads `x` of a shape.
  init(_ shape: [Int], operatorSet: Int = 20) {
    graph.inputs = [ONNXValueInfo(name: "x", shape: shape.map { .size($0) })]
    self.operatorSet = operatorSet
  }

  /// Appends a node and returns its first output.
  @discardableResult
  mutating func append(
    _ operation: String, _ inputs: [String], outputs: Int = 1, domain: String = "",
    _ attributes: [String: ONNXAttribute] = [:]
  ) -> String {
    let name = "\(operation)\(graph.nodes.count)"
    graph.nodes.append(
      ONNXNode(
        name: name, operation: operation, domain: domain, inputs: inputs,
        outputs: [name] + (1..<max(1, outputs)).map { "\(name).\($0)" }, attributes: attributes))
    return name
  }

  mutating func constant(_ shape: [Int], _ values: [Float]) -> String {
    constant(NumericArray(shape: shape, values))
  }

  mutating func integers(_ values: [Int]) -> String {
    constant(NumericArray(shape: [values.count], values.map { Int64($0) }))
  }

  mutating func number(_ value: Float) -> String { constant([], [value]) }

  mutating func constant(_ array: NumericArray, dataType: Int? = nil) -> String {
    let name = "c\(graph.initializers.count)"
    graph.initializers.append(ONNXTensor(name: name, array, dataType: dataType))
    return name
  }

  /// The model with these outputs.
  func model(_ outputs: [String]) -> ONNXModel {
    var graph = graph
    graph.outputs = outputs.map { ONNXValueInfo(name: $0, shape: nil) }
    return ONNXModel(
      formatVersion: 8, operatorSet: operatorSet, producer: "tests", metadata: [:], graph: graph,
      functions: functions)
  }

  /// What a graph gives: as it was traced, and optimised.
  struct Result {
    let shape: [Int]
    let plain: [Float]
    let optimized: [Float]
    let program: Program
  }

  /// Appends the last node and runs the graph.
  mutating func run(_ x: [Float], _ last: (inout MadeUpGraph) -> String) throws -> Result {
    let output = last(&self)
    return try run(output, x)
  }

  /// Runs the graph on values of `x`, once through the bytes of a file.
  func run(_ output: String, _ x: [Float]) throws -> Result {
    let model = try ONNXModel(data: model([output]).data, path: "a.onnx")
    let file = try ONNXClassifierFile(model, path: "a.onnx")
    let shape = file.inputs[0].shape!.map { dimension -> Int in
      if case .size(let size) = dimension { size } else { 1 }
    }
    let traced = try GraphTracing(file.model, outputs: [output], path: "a.onnx").trace(
      inputs: [("x", shape, .float)], constants: file.constants, outputs: [output])
    guard traced.unsupported.isEmpty else {
      throw ONNXInferenceError.unsupported(path: "a.onnx", traced.unsupported)
    }
    let optimized = traced.program.optimized()
    func values(_ program: Program) -> [Float] {
      if let constant = program.values[program.outputs[0]].constant { return constant.floats }
      let executable = Executable(program, weights: WeightStore())
      executable.input(0).update(from: x, count: x.count)
      executable.run()
      return executable.output(0)
    }
    return Result(
      shape: traced.program.values[traced.program.outputs[0]].shape,
      plain: values(traced.program), optimized: values(optimized), program: optimized)
  }
}

/// Numbers from −2 to 2 without a pattern.
func numbers(_ count: Int, seed: Int = 1) -> [Float] {
  var state = UInt32(truncatingIfNeeded: seed &* 7919 &+ 17)
  return (0..<count).map { _ in
    state = state &* 1_664_525 &+ 1_013_904_223
    return Float(Int32(bitPattern: state)) * 0x1p-30
  }
}
