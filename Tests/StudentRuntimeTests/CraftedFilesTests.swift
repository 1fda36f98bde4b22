import CStudentKernels
import DeployedModels
import TFLiteFiles
import Testing

@testable import StudentRuntime

/// Files that nobody's training writes.
@Suite("crafted files")
struct CraftedFilesTests {
  /// A file of one graph whose tensors are one table again and again, with one long vector in it.
  private struct SharedVector {
    var bytes: [UInt8] = []

    /// - Parameters:
    ///   - field: Of the tensor; or of its quantisation.
    ///   - tensors: How many tensors are this one.
    init(field: Int, ofQuantization: Bool, length: Int, elementBytes: Int, tensors: Int) {
      append(0)
      bytes += Array("TFL3".utf8)
      let model = table(fields: 5)
      point(0, to: model)
      let graphs = vector(count: 1)
      point(slot(2, of: model), to: graphs)
      let buffers = vector(count: 1)
      point(slot(4, of: model), to: buffers)
      let buffer = table(fields: 0)
      point(buffers + 4, to: buffer)
      let graph = table(fields: 1)
      point(graphs + 4, to: graph)
      let list = vector(count: tensors)
      point(slot(0, of: graph), to: list)
      let tensor = table(fields: 5)
      for index in 0..<tensors { point(list + 4 + 4 * index, to: tensor) }
      var owner = tensor
      if ofQuantization {
        owner = table(fields: 5)
        point(slot(4, of: tensor), to: owner)
        // What has scales is int8.
        if field == 2 { bytes[slot(1, of: tensor)] = 9 }
      }
      if field != 0 || ofQuantization {
        let shape = vector(count: 0)
        point(slot(0, of: tensor), to: shape)
      }
      point(slot(field, of: owner), to: bytes.count)
      append(UInt32(length))
      // Sides of 1, scales of tiny positive numbers.
      for _ in 0..<length {
        bytes += [1] + [UInt8](repeating: 0, count: elementBytes - 1)
      }
      // Fields that are left out are empty vectors.
      for field in 0..<5 {
        for table in Set([tensor, owner]) where word(slot(field, of: table)) == 0 {
          clear(field, of: table)
        }
      }
    }

    private mutating func append(_ word: UInt32) {
      bytes += (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }

    private func word(_ place: Int) -> Int {
      (0..<4).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
    }

    private mutating func point(_ place: Int, to target: Int) {
      for byte in 0..<4 {
        bytes[place + byte] = UInt8(truncatingIfNeeded: (target - place) >> (8 * byte))
      }
    }

    private func slot(_ field: Int, of table: Int) -> Int { table + 4 + 4 * field }

    private mutating func clear(_ field: Int, of table: Int) {
      let fields = table - word(table)
      bytes[fields + 4 + 2 * field] = 0
      bytes[fields + 5 + 2 * field] = 0
    }

    private mutating func vector(count: Int) -> Int {
      let place = bytes.count
      append(UInt32(count))
      for _ in 0..<count { append(0) }
      return place
    }

    private mutating func table(fields: Int) -> Int {
      let start = bytes.count
      let words = [4 + 2 * fields, 4 + 4 * fields] + (0..<fields).map { 4 + 4 * $0 }
      for word in words { bytes += [UInt8(word & 255), UInt8(word >> 8)] }
      let place = bytes.count
      append(UInt32(place - start))
      for _ in 0..<fields { append(0) }
      return place
    }
  }

  @Test(
    "whose tensors share a long vector are refused before it fills the memory",
    arguments: [(0, false, 4), (3, false, 1), (2, true, 4), (3, true, 8)])
  func shared(field: Int, ofQuantization: Bool, elementBytes: Int) {
    func refusal(tensors: Int) -> String? {
      let file = SharedVector(
        field: field, ofQuantization: ofQuantization, length: 1 << 16, elementBytes: elementBytes,
        tensors: tensors)
      return #expect(throws: Refusal.self) { try Student(file.bytes, file: "") }?.reason
    }
    // One such tensor is no fault; that nothing is done with it is.
    #expect(refusal(tensors: 1)?.contains("many times") == false)
    #expect(refusal(tensors: 1 << 14)?.contains("many times the file's size") == true)
  }

  private static let portable = student_kernels_of_level(0)!.pointee

  private func graph(_ shapes: [[Int]], _ operation: (Operation) -> Operation) -> Graph {
    var graph = Graph()
    graph.tensors = shapes.map { Tensor(name: "", shape: $0) }
    graph.output = 1
    graph.operations = [
      operation(Operation(kind: .activation, inputs: [0], output: 1, place: "operator 0"))
    ]
    return graph
  }

  @Test("whose activations or borders fill the memory are refused")
  func memory() {
    let long = graph([[1, 1 << 26, 1, 1], [1, 1 << 26, 1, 1]]) { $0 }
    let border = { (isDepthwise: Bool) in
      var border = graph(
        [[1, 1 << 12, 1 << 12, 1], [1, 1 << 12, 1 << 12, 1], [1, 4096, 2, 1]]
      ) {
        var operation = $0
        var window = Window(height: 4096, width: 2, strideY: 1, strideX: 1, top: 2047)
        (window.outputHeight, window.outputWidth) = (1 << 12, 1 << 12)
        operation.kind = isDepthwise ? .depthwise(window) : .convolution(window)
        operation.inputs = [0, 2, -1]
        return operation
      }
      border.tensors[2].values = .floats([Float](repeating: 1, count: 2 * 4096))
      return border
    }
    for graph in [long, border(true), border(false)] {
      let refusal = #expect(throws: Refusal.self) { try Program(graph, kernels: Self.portable) }
      #expect(refusal?.reason.contains("MiB of activations, expected at most 256") == true)
    }
  }

  @Test("whose weights are many times as long when packed are refused")
  func weights() {
    let groups = 1 << 20
    var graph = graph([[1, 1, 1, groups], [1, 1, 1, groups], [groups, 1, 3, 1]]) {
      var operation = $0
      var window = Window(height: 1, width: 3, strideY: 1, strideX: 1, left: 1)
      (window.outputHeight, window.outputWidth) = (1, 1)
      (operation.kind, operation.inputs) = (.convolution(window), [0, 2, -1])
      return operation
    }
    graph.tensors[2].values = .floats([Float](repeating: 1, count: 3 * groups))
    // 12 MiB of values, a column a group, become panels of sixteen columns.
    let refusal = #expect(throws: Refusal.self) { try Program(graph, kernels: Self.portable) }
    #expect(refusal?.reason.contains("MiB of packed weights") == true)
  }

  @Test(
    "with sums and products of integers that have no scale are refused", arguments: [true, false])
  func plainIntegers(isProduct: Bool) {
    var graph = graph([[1, 1, 1, 4], [1, 1, 1, 4], [4]]) {
      var operation = $0
      (operation.kind, operation.inputs) = (isProduct ? .multiply : .add, [0, 2])
      return operation
    }
    graph.tensors[2].values = .floats([1, 2, 3, 4])
    #expect(throws: Never.self) { try Program(graph, kernels: Self.portable) }
    graph.tensors[2].values = .integers([1, 2, 3, 4])
    #expect(throws: Refusal.self) { try Program(graph, kernels: Self.portable) }
  }

  private func pool(
    side: Int, kernel: Int, type: DeployedTensor.ElementType = .float32
  ) -> [UInt8] {
    TFLiteFile(
      DeployedModel(
        tensors: [
          DeployedTensor(name: "image", shape: [1, side, side, 2], type: type),
          DeployedTensor(name: "result", shape: [1, 1, 1, 2], type: type),
        ],
        operators: [
          DeployedOperator(
            .maxPool(
              Window(height: kernel, width: kernel, strideY: 2, strideX: 2, padding: .valid)),
            inputs: [0], output: 1)
        ], input: 0, output: 1)
    ).bytes
  }

  @Test("with int32 activations are refused")
  func integerActivations() {
    #expect(throws: Never.self) { try Student(pool(side: 3, kernel: 3), file: "") }
    let refusal = #expect(throws: Refusal.self) {
      try Student(pool(side: 3, kernel: 3, type: .int32), file: "")
    }
    #expect(refusal?.reason.contains("int32 without values") == true)
  }

  @Test("with windows that are larger than the image are refused")
  func largeWindow() {
    let refusal = #expect(throws: Refusal.self) { try Student(pool(side: 3, kernel: 4), file: "") }
    #expect(refusal?.reason.contains("windows on the image") == true)
  }

  @Test("with more than 4096 operators are refused")
  func operators() {
    let shape = [1, 1, 1, 1]
    let model = DeployedModel(
      tensors: (0...4097).map { DeployedTensor(name: "\($0)", shape: shape, type: .float32) },
      operators: (0..<4097).map { DeployedOperator(.relu, inputs: [$0], output: $0 + 1) },
      input: 0, output: 4097)
    let refusal = #expect(throws: Refusal.self) { try Student(TFLiteFile(model).bytes, file: "") }
    #expect(refusal?.reason == "model: found 4097 operators, expected at most 4096")
  }

  /// Half a million rows for one tile after the other: their product has more than 32 bits.
  @Test("large images are computed to their last pixel")
  func largeImage() throws {
    let side = 640
    var graph = graph([[1, side, side, 1], [1, side, side, 1], [1, 1, 1, 1]]) {
      var operation = $0
      var window = Window(height: 1, width: 1, strideY: 1, strideX: 1)
      (window.outputHeight, window.outputWidth) = (side, side)
      (operation.kind, operation.inputs) = (.convolution(window), [0, 2, -1])
      return operation
    }
    graph.tensors[2].values = .floats([3])
    let pixels = (0..<side * side).map { Float($0 % 1000) }
    for level in levels {
      let program = try Program(graph, kernels: student_kernels_of_level(level)!.pointee)
      #expect(pixels.withUnsafeBufferPointer(program.run) == pixels.map { 3 * $0 })
    }
  }
}
