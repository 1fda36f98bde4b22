import FileFormats
import Foundation
import ModelExchange
import NeuralNetworks
import RandomStreams
import SearchSpaces
import TestSupport
import Testing

@testable import ONNXInference

@Suite("classifiers in ONNX files")
struct ClassifierTests {
  private func classifier(
    _ model: ONNXModel, imageShape: [Int]? = nil, mostImages: Int = 8
  ) throws -> ONNXClassifier {
    let read = try ONNXModel(data: model.data, path: "a.onnx")
    return try ONNXClassifier(
      ONNXClassifierFile(read, path: "a.onnx"), imageShape: imageShape, mostImages: mostImages)
  }

  private func logits(
    _ plan: ONNXPlan, _ images: [Float], _ count: Int, classes: Int
  ) -> [Float] {
    Array(UnsafeBufferPointer(start: plan.run(images, images: count), count: count * classes))
  }

  /// A small network; its batch is as the input says.
  private func small(
    _ batch: ONNXValueInfo.Dimension, height: ONNXValueInfo.Dimension = .size(6),
    reshape: [Int]? = nil
  ) -> ONNXModel {
    var graph = MadeUpGraph([1, 3, 6, 6])
    let weights = graph.constant([4, 3, 3, 3], numbers(108, seed: 2))
    var y = graph.append("Relu", [graph.append("Conv", ["x", weights])])
    y = graph.append("GlobalAveragePool", [y])
    y =
      reshape.map { graph.append("Reshape", [y, graph.integers($0)]) }
      ?? graph.append("Flatten", [y])
    y = graph.append("Gemm", [y, graph.constant([4, 5], numbers(20, seed: 3))])
    var model = graph.model([y])
    model.graph.inputs[0].shape = [batch, .size(3), height, .size(6)]
    return model
  }

  @Test(
    "give what our own engine gives",
    arguments: ["mobile-cnn", "quick-mobile", "plain-residual", "nas-bench-201"])
  func shippedSpaces(name: String) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "SearchSpaces/\(name).json")
    let space = try SearchSpace(contentsOf: file.path())
    var stream = RandomStream(seed: 1, purpose: name)
    for _ in 0..<Thoroughness.pick(10, usually: 2) {
      let shape = TensorShape(height: 16, width: 16, channels: 1)
      let network = try space.network(
        for: space.randomArchitecture(using: &stream), input: shape, classes: 10)
      let layout = ParameterLayout(network)
      var parameters = [Float](repeating: 0, count: layout.parameterFloats)
      parameters.withUnsafeMutableBufferPointer { layout.initialize($0.baseAddress!, seed: 1) }
      var statistics = [Float](repeating: 0, count: layout.statisticFloats + 1)
      for tensor in layout.statistics where tensor.role == .runningVariance {
        for place in tensor.offset..<tensor.offset + tensor.count { statistics[place] = 0.7 }
      }
      let own = FloatInferencePlan(
        network, parameters: parameters, statistics: statistics, capacity: 3)
      let images = numbers(3 * 256)
      own.input.update(from: images, count: images.count)
      own.run(images: 3)
      let model = ONNXModel(
        network, parameters: parameters, statistics: Array(statistics.dropLast()))
      let plan = try classifier(model).plan(capacity: 3, layout: .channelsLast)
      let found = logits(plan, images, 3, classes: 10)
      let largest = found.reduce(1e-3) { max($0, abs($1)) }
      for place in found.indices {
        #expect(abs(found[place] - own.logits[place]) <= 1e-4 * largest)
      }
    }
  }

  @Test("do a free batch, and a fixed one where nothing is written into shapes")
  func batches() throws {
    let images = numbers(11 * 108)
    var first: [Float]?
    for batch in [ONNXValueInfo.Dimension.symbol("batch"), .symbol(""), .size(1), .size(4)] {
      let classifier = try classifier(small(batch))
      #expect(classifier.batch == 8)
      #expect(classifier.inputShape == [3, 6, 6] && classifier.classes == 5)
      let plan = classifier.plan(capacity: 11)
      let found = logits(plan, images, 11, classes: 5)
      #expect(found == first ?? found)
      first = found
      // One by one they are the same.
      let single = classifier.plan(capacity: 1)
      for image in 0..<11 {
        let alone = logits(
          single, Array(images[image * 108..<(image + 1) * 108]), 1, classes: 5)
        #expect(alone == Array(found[image * 5..<(image + 1) * 5]))
      }
    }
  }

  @Test("with a batch written into their shapes run that batch")
  func fixedBatches() throws {
    let images = numbers(5 * 108)
    let free = try classifier(small(.symbol("N")))
    let expected = logits(free.plan(capacity: 5), images, 5, classes: 5)
    for size in [1, 2] {
      let classifier = try classifier(small(.size(size), reshape: [size, 4]))
      #expect(classifier.batch == size)
      #expect(logits(classifier.plan(capacity: 5), images, 5, classes: 5) == expected)
    }
  }

  @Test("whose images depend on each other in a batch are run one by one")
  func mixedBatch() throws {
    var graph = MadeUpGraph([1, 6])
    let y = graph.append("Softmax", ["x"], ["axis": .integer(0)])
    let z = graph.append("Add", [y, "x"])
    var model = graph.model([z])
    model.graph.inputs[0].shape = [.symbol("N"), .size(6)]
    #expect(try classifier(model).batch == 1)
  }

  @Test("take sizes that they leave open, and say what is missing")
  func openSizes() throws {
    let open = small(.symbol("N"), height: .symbol("height"))
    #expect(try classifier(open, imageShape: [3, 9, 6]).inputShape == [3, 9, 6])
    expectError(["input 'x'", "'height'", "sizes of an image"]) { _ = try classifier(open) }
    expectError(["a size of 6", "expected 7"]) {
      _ = try classifier(open, imageShape: [3, 9, 7])
    }
    var several = small(.symbol("N"))
    several.graph.outputs.append(ONNXValueInfo(name: "GlobalAveragePool2", shape: nil))
    expectError(["several that could be meant"]) { _ = try classifier(several) }
    var image = small(.symbol("N"))
    image.graph.outputs = [ONNXValueInfo(name: "Relu1", shape: nil)]
    expectError(["outputs", "[1, classes]"]) { _ = try classifier(image) }
  }

  @Test("say whether they give logits or probabilities")
  func outputKinds() throws {
    let cases: [(String, ONNXOutputKind)] = [
      ("Softmax", .probabilities), ("LogSoftmax", .logProbabilities),
      ("Sigmoid", .independentProbabilities), ("Relu", .logits),
    ]
    for (operation, kind) in cases {
      var model = small(.symbol("N"))
      model.graph.nodes.append(
        ONNXNode(
          operation: operation, inputs: [model.graph.outputs[0].name], outputs: ["end"]))
      model.graph.outputs = [ONNXValueInfo(name: "end", shape: nil)]
      #expect(try classifier(model).outputKind == kind)
    }
  }

  @Test("are refused before they take more memory than there is")
  func memory() throws {
    let file = try ONNXClassifierFile(small(.symbol("N")), path: "small.onnx")
    expectError(["small.onnx", "bytes of activations", "at most 100"]) {
      _ = try ONNXClassifier(file, mostBytes: 100)
    }
    #expect(try ONNXClassifier(file, mostBytes: 1 << 20).classes == 5)
  }

  @Test("have their weights next to them, in their own folder only")
  func externalData() throws {
    let folder = try TemporaryFolder()
    var model = small(.symbol("N"))
    let inside = try classifier(model)
    let weights = model.graph.initializers[0]
    try AtomicFile.write(Data(count: 8) + weights.values!.bytes, to: folder.file("w.data"))
    func external(_ data: ONNXExternalData) {
      model.graph.initializers[0] = ONNXTensor(
        name: weights.name, shape: weights.shape, dataType: 1, external: data)
    }
    func write() throws -> String {
      try model.write(to: folder.file("m.onnx"))
      return folder.file("m.onnx")
    }
    external(ONNXExternalData(location: "w.data", offset: 8, length: 432))
    let images = numbers(108)
    #expect(
      logits(try ONNXClassifier(contentsOf: write()).plan(capacity: 1), images, 1, classes: 5)
        == logits(inside.plan(capacity: 1), images, 1, classes: 5))
    for (data, part) in [
      (ONNXExternalData(location: "../w.data", offset: 8), "below the model's folder"),
      (ONNXExternalData(location: "/etc/hostname"), "below the model's folder"),
      (ONNXExternalData(location: "link", offset: 8), "a link that leads out"),
      (ONNXExternalData(location: "w.data", offset: 16), "which has 440"),
      (ONNXExternalData(location: "w.data", length: 8), "the 432 bytes of shape [4, 3, 3, 3]"),
      (ONNXExternalData(location: "missing"), "No such file"),
    ] {
      external(data)
      try? FileManager.default.createSymbolicLink(
        atPath: folder.file("link"), withDestinationPath: "/etc/hostname")
      let path = try write()
      expectError([part]) { _ = try ONNXClassifier(contentsOf: path) }
    }
  }
}
