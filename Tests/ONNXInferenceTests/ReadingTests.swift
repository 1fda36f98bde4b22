import FileFormats
import Foundation
import TestSupport
import Testing

@testable import ONNXInference

@Suite("ONNX graphs as they are read")
struct ReadingTests {
  @Test("may have their nodes in any order, and are refused if these go in a circle")
  func order() throws {
    var graph = MadeUpGraph([1, 4])
    let a = graph.append("Relu", ["x"])
    let b = graph.append("Neg", [a])
    graph.graph.nodes.reverse()
    let x = numbers(4)
    expect(try graph.run(b, x), [1, 4], x.map { -max($0, 0) })
    graph.graph.nodes[1].inputs = [b]
    expectError(["node '", "circle"]) { _ = try graph.run(b, x) }
    graph.graph.nodes[1].inputs = ["nothing"]
    expectError(["Relu0", "'nothing'", "nothing gives"]) { _ = try graph.run(b, x) }
    graph.graph.nodes[1].inputs = ["x"]
    graph.graph.nodes[0].outputs = [a]
    expectError(["second source"]) { _ = try graph.run(a, x) }
  }

  @Test("name every operator that cannot be run in one error")
  func unsupported() {
    var graph = MadeUpGraph([1, 4])
    let a = graph.append("NonMaxSuppression", ["x"])
    let b = graph.append("Relu", [a])
    let c = graph.append("Foo", [b], domain: "com.example")
    let d = graph.append("Softmax", ["x"], ["axis": .integer(7)])
    let e = graph.append("Sum", [c, d])
    expectError([
      "3 of the graph's operators", "NonMaxSuppression '\(a)'", "com.example.Foo '\(c)'",
      "Softmax '\(d)': axis 7",
    ]) { _ = try graph.run(e, numbers(4)) }
  }

  @Test("have their own functions written out, functions in functions, attributes and defaults")
  func functions() throws {
    var graph = MadeUpGraph([1, 4])
    graph.functions = [
      ONNXFunction(
        name: "Leaky", domain: "own", inputs: ["a"], outputs: ["b"],
        defaults: ["slope": .float(0.5)],
        nodes: [
          ONNXNode(
            operation: "LeakyRelu", inputs: ["a"], outputs: ["b"],
            attributes: ["alpha": .reference("slope")])
        ]),
      ONNXFunction(
        name: "Twice", domain: "own", inputs: ["a"], outputs: ["c"],
        nodes: [
          ONNXNode(operation: "Leaky", domain: "own", inputs: ["a"], outputs: ["b"]),
          ONNXNode(
            operation: "Leaky", domain: "own", inputs: ["b"], outputs: ["c"],
            attributes: ["slope": .float(0.25)]),
        ]),
    ]
    let y = graph.append("Twice", ["x"], domain: "own")
    let z = graph.append("Twice", [y], domain: "own")
    let x = numbers(4)
    expect(try graph.run(z, x), [1, 4], x.map { $0 < 0 ? $0 * 0.015625 : $0 })
    graph.functions[0].nodes[0] = ONNXNode(
      operation: "Twice", domain: "own", inputs: ["a"], outputs: ["b"])
    expectError(["functions that use each other"]) { _ = try graph.run(z, x) }
  }

  @Test("are not let take all memory or run for ever")
  func limits() {
    let x = numbers(4)
    var graph = MadeUpGraph([1, 4])
    let huge = graph.append("Expand", ["x", graph.integers([1 << 40, 4])])
    expectError(["expected at most"]) { _ = try graph.run(huge, x) }
    var filled = MadeUpGraph([1, 4])
    let zeros = filled.append("ConstantOfShape", [filled.integers([1 << 20, 1 << 20])])
    expectError(["expected at most"]) { _ = try filled.run(zeros, x) }
    var repeated = MadeUpGraph([1, 4])
    var y = "x"
    for _ in 0..<20 { y = repeated.append("Tile", [y, repeated.integers([1, 8])]) }
    expectError(["expected at most"]) { _ = try repeated.run(y, x) }
    var range = MadeUpGraph([1, 4])
    let numbers = [
      range.number(0), range.number(1e30), range.number(1e-3),
    ]
    let many = range.append("Range", numbers)
    expectError(["numbers"]) { _ = try range.run(many, x) }
  }

  @Test("are run or refused but never crash, whatever bytes change")
  func damaged() throws {
    var graph = MadeUpGraph([1, 4, 6, 6])
    let weights = graph.constant([4, 4, 3, 3], PlainOperators.make([144]) { Float($0[0] % 7) - 3 })
    var y = graph.append("Conv", ["x", weights], ["pads": .integers([1, 1, 1, 1])])
    y = graph.append("Add", [y, "x"])
    y = graph.append("Slice", [y, graph.integers([1]), graph.integers([3]), graph.integers([2])])
    y = graph.append("Pad", [y, graph.integers([0, 0, 1, 0, 0, 0, 0, 2])])
    y = graph.append("MaxPool", [y], ["kernel_shape": .integers([2, 2])])
    let scales = graph.constant([4], [1, 1, 2, 1.5])
    y = graph.append("Resize", [y, "", scales], ["mode": .text("linear")])
    y = graph.append("Reshape", [y, graph.integers([0, -1])])
    y = graph.append("Gather", [y, graph.integers([3, 1, 2])], ["axis": .integer(1)])
    y = graph.append("Softmax", [y])
    var model = graph.model([y])
    model.graph.inputs[0].shape?[0] = .symbol("N")
    let bytes = [UInt8](model.data)
    var state: UInt64 = 1
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    var (ran, refused) = (0, 0)
    for _ in 0..<Thoroughness.pick(20_000, usually: 1_500) {
      var changed = bytes
      for _ in 0...random(3) { changed[random(changed.count)] = UInt8(random(256)) }
      do {
        let file = try ONNXClassifierFile(
          ONNXModel(data: Data(changed), path: "a.onnx"), path: "a.onnx")
        let classifier = try ONNXClassifier(file)
        guard classifier.inputShape.reduce(1, *) < 1 << 16 else { continue }
        let plan = classifier.plan(capacity: 2)
        _ = plan.run(numbers(2 * classifier.inputShape.reduce(1, *)), images: 2)
        ran += 1
      } catch {
        refused += 1
      }
    }
    #expect(ran > 0 && refused > 0)
  }
}
