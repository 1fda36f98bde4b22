import Datasets
import Distillation
import Foundation
import NeuralNetworks
import TestSupport
import Testing

@testable import FileFormats
@testable import Teachers

/// A graph that scores each class by the mean of a third of the image's columns.
struct ThirdsGraph {
  var side = SmallStudy.side
  var hasFreeBatch = true
  var isChannelsLast = false
  /// An operator behind the scores.
  var last: String?
  /// Whether the weights lie in `t.onnx.data`.
  var isExternal = false

  func write(to path: String) throws {
    let image: [ONNXValueInfo.Dimension] =
      isChannelsLast ? [.size(side), .size(side), .size(1)] : [.size(1), .size(side), .size(side)]
    var weights = [Float](repeating: 0, count: 3 * side * side)
    for label in 0..<3 {
      for place in 0..<side * side where place % side * 3 / side == label {
        weights[label * side * side + place] = 3 / Float(side * side)
      }
    }
    let array = NumericArray(shape: [3, side * side], weights)
    var tensor = ONNXTensor(name: "weights", array)
    if isExternal {
      try Data(array.bytes).write(to: URL(filePath: path + ".data"))
      tensor = ONNXTensor(
        name: "weights", shape: [3, side * side], dataType: 1,
        external: ONNXExternalData(location: (path as NSString).lastPathComponent + ".data"))
    }
    var nodes = [
      ONNXNode(
        operation: "Flatten", inputs: ["images"], outputs: ["flat"],
        attributes: ["axis": .integer(1)]),
      ONNXNode(
        operation: "Gemm", inputs: ["flat", "weights", "bias"], outputs: ["scores"],
        attributes: ["transB": .integer(1)]),
    ]
    if let last {
      nodes.append(ONNXNode(operation: last, inputs: ["scores"], outputs: ["last"]))
    }
    let batch: ONNXValueInfo.Dimension = hasFreeBatch ? .symbol("batch") : .size(1)
    let graph = ONNXGraph(
      name: "thirds", nodes: nodes,
      initializers: [
        tensor, ONNXTensor(name: "bias", NumericArray(shape: [3], [0.5, 0, -0.5] as [Float])),
      ],
      inputs: [ONNXValueInfo(name: "images", shape: [batch] + image)],
      outputs: [ONNXValueInfo(name: last == nil ? "scores" : "last", shape: [batch, .size(3)])])
    try ONNXModel(
      formatVersion: 8, operatorSet: 17, producer: "tests", metadata: [:], graph: graph
    ).write(to: path)
  }

  /// Returns what it says of images, `[count, side, side]`, computed by hand.
  static func scores(_ images: [[Double]]) -> [Double] {
    images.flatMap { pixels in
      (0..<3).map { label in
        let third = pixels.indices.filter { $0 % SmallStudy.side * 3 / SmallStudy.side == label }
        return third.reduce(0) { $0 + pixels[$1] } / Double(third.count) + 0.5 - 0.5 * Double(label)
      }
    }
  }
}

@Suite("a teacher in an ONNX file")
struct ONNXTeacherTests {
  private static let unit = "\"input\": {\"layout\": \"NCHW\", \"scale\": \"0..1\"}"

  private func bound(
    _ study: SmallStudy, _ graph: ThirdsGraph = ThirdsGraph(), _ members: String = unit
  ) throws -> any Teacher {
    try graph.write(to: study.folder.file("t.onnx"))
    return try study.teacher("{\"onnx\": \"t.onnx\", \(members)}")
  }

  /// The pixels of a split, 0…1.
  private func pixels(_ study: SmallStudy, _ split: DatasetSplit) -> [[Double]] {
    let dataset = study.reader.dataset
    return (0..<dataset.count(split)).map { index in
      UnsafeRawBufferPointer(start: dataset.image(index, of: split), count: dataset.imageElements)
        .map { Double($0) / 255 }
    }
  }

  private func expect(_ found: [Float], _ expected: [Double], within tolerance: Double = 1e-4) {
    #expect(found.count == expected.count)
    let error = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
    #expect(error < tolerance)
  }

  @Test(
    "gets images in the scale and layout that study.json says",
    arguments: [true, false], ["0..1", "0..255", "standardised"])
  func scales(isChannelsLast: Bool, scale: String) throws {
    let study = try SmallStudy()
    let layout = isChannelsLast ? "NHWC" : "NCHW"
    let own = scale == "standardised" ? ", \"mean\": [0.25], \"deviation\": [0.5]" : ""
    let teacher = try bound(
      study, ThirdsGraph(isChannelsLast: isChannelsLast),
      "\"input\": {\"layout\": \"\(layout)\", \"scale\": \"\(scale)\"}\(own)")
    try teacher.prepare(.quiet)
    for split in DatasetSplit.allCases {
      let images = pixels(study, split).map { image in
        image.map { scale == "0..1" ? $0 : scale == "0..255" ? 255 * $0 : ($0 - 0.25) / 0.5 }
      }
      let answers = try #require(try teacher.answers(on: split, .quiet))
      expect(answers.logits, ThirdsGraph.scores(images), within: scale == "0..255" ? 1e-2 : 1e-4)
    }
    let live = try teacher.live().logits(of: .training, reader: study.reader)
    #expect(try live == teacher.answers(on: .training, .quiet)?.logits)
    #expect(try teacher.costs() == TeacherCosts(macs: 108, parameters: 111))
    #expect(teacher.obstacleToAsking == nil && teacher.keptFiles.isEmpty)
  }

  @Test("whose batch is fixed gives the same as one whose batch is free")
  func batch() throws {
    let study = try SmallStudy()
    let free = try bound(study).answers(on: .training, .quiet)?.logits
    let fixed = try bound(study, ThirdsGraph(hasFreeBatch: false))
      .answers(on: .training, .quiet)?.logits
    expect(try #require(fixed), try #require(free).map(Double.init), within: 1e-6)
  }

  @Test("that ends in a softmax gives probabilities, which become logits")
  func probabilities() throws {
    let study = try SmallStudy()
    let scores = ThirdsGraph.scores(pixels(study, .validation))
    let expected = stride(from: 0, to: scores.count, by: 3).flatMap { start in
      let sum = log(scores[start..<start + 3].reduce(0) { $0 + exp($1) })
      return scores[start..<start + 3].map { $0 - sum }
    }
    for (last, kind) in [
      ("Softmax", ""), ("Softmax", ", \"kind\": \"probabilities\""), ("LogSoftmax", ""),
    ] {
      let teacher = try bound(study, ThirdsGraph(last: last), Self.unit + kind)
      expect(try #require(try teacher.answers(on: .validation, .quiet)).logits, expected)
      let live = try teacher.live().logits(of: .validation, reader: study.reader)
      expect(live, expected)
    }
    let softened = try bound(
      study, ThirdsGraph(last: "Softmax"), Self.unit + ", \"temperature\": 2")
    expect(
      try #require(try softened.answers(on: .validation, .quiet)).logits, expected.map { 2 * $0 })
  }

  @Test(
    "says the same of images, whether asked before a training or in the middle of it, zeros included"
  )
  func zeros() throws {
    let study = try SmallStudy()
    // Scores so far apart that probabilities are 0.
    let input =
      "\"input\": {\"layout\": \"NCHW\", \"scale\": \"standardised\"}"
      + ", \"mean\": [0.3], \"deviation\": [0.0005]"
    let teacher = try bound(study, ThirdsGraph(last: "Softmax"), input)
    let answers = try #require(try teacher.answers(on: .validation, .quiet))
    #expect(answers.notes.contains { $0.contains("probabilities of 0") })
    let live = try teacher.live().logits(of: .validation, reader: study.reader)
    #expect(live == answers.logits && live.allSatisfy(\.isFinite))
  }

  @Test("whose classes stand in another order is matched by their names")
  func names() throws {
    let study = try SmallStudy(names: SmallStudy.names)
    let plain = try #require(try bound(study).answers(on: .validation, .quiet)).logits
    let other = try bound(
      study, ThirdsGraph(), Self.unit + ", \"classes\": [\"dog\", \"eel\", \"cat\"]")
    let moved = try #require(try other.answers(on: .validation, .quiet)).logits
    for row in stride(from: 0, to: plain.count, by: 3) {
      #expect(moved[row] == plain[row + 2])
      #expect(moved[row + 1] == plain[row] && moved[row + 2] == plain[row + 1])
    }
  }

  @Test("that wants larger images gets them scaled, and no others")
  func size() throws {
    let study = try SmallStudy()
    let graph = ThirdsGraph(side: 12)
    expectError(["teacher.onnx", "12", "[1, 6, 6]", "size"]) {
      try bound(study, graph).prepare(.quiet)
    }
    let teacher = try bound(
      study, graph, "\"input\": {\"layout\": \"NCHW\", \"scale\": \"0..1\", \"size\": [12, 12]}")
    let resizing = try #require(ImageResizing(from: (6, 6), to: (12, 12), channels: 1))
    let answers = try #require(try teacher.answers(on: .validation, .quiet)).logits
    for (row, image) in pixels(study, .validation).enumerated() {
      var large = [Float](repeating: 0, count: 144)
      var scratch = [Float](repeating: 0, count: resizing.scratchCount)
      resizing.resize(image.map { Float($0) }, into: &large, scratch: &scratch)
      for label in 0..<3 {
        let third = (0..<144).filter { $0 % 12 / 4 == label }
        let expected = third.reduce(0) { $0 + Double(large[$1]) } / 48 + 0.5 - 0.5 * Double(label)
        #expect(abs(Double(answers[3 * row + label]) - expected) < 1e-4)
      }
    }
  }

  @Test("is another one where its file, its external data or its input is another")
  func identity() throws {
    let study = try SmallStudy()
    let plain = try bound(study).identity()
    #expect(try bound(study).identity() == plain)
    let first = try bound(study, ThirdsGraph(isExternal: true))
    let external = try first.identity()
    #expect(external != plain)
    expect(
      try #require(try first.answers(on: .validation, .quiet)).logits,
      ThirdsGraph.scores(pixels(study, .validation)))
    let data = URL(filePath: try study.folder.file("t.onnx.data"))
    var bytes = try Data(contentsOf: data)
    bytes[0] ^= 1
    try bytes.write(to: data)
    #expect(try first.identity() != external)
    let other = "\"input\": {\"layout\": \"NCHW\", \"scale\": \"0..255\"}"
    #expect(try bound(study, ThirdsGraph(), other).identity() != plain)
  }

  @Test("stops between chunks, and lets go of what it has kept")
  func stops() throws {
    let study = try SmallStudy()
    let teacher = try bound(study)
    _ = try teacher.answers(on: .training, .quiet)
    let chunks = try study.folder.file("teacher/chunks")
    #expect(FileManager.default.fileExists(atPath: chunks))
    teacher.release(.training)
    #expect(!FileManager.default.fileExists(atPath: chunks))
    let stopped = TeacherWork(
      threads: 1, note: { _ in }, advance: { _, _, _ in }, shouldStop: { true })
    #expect(throws: TeacherError.stopped) { _ = try teacher.answers(on: .training, stopped) }
  }

  @Test(
    "is refused where something has to be said or does not fit, naming the field",
    arguments: [
      ("", ["the key \"input\""]),
      ("\"input\": {\"scale\": \"0..1\"}", ["teacher.input", "layout"]),
      ("\"input\": {\"layout\": \"NCHW\"}", ["teacher.input", "scale"]),
      (
        "\"input\": {\"layout\": \"NCHW\", \"scale\": \"0..1\", \"size\": [6]}",
        ["teacher.input.size"]
      ),
      (unit + ", \"mean\": [0], \"deviation\": [1]", ["teacher.input.scale", "standardised"]),
      (unit + ", \"output\": \"other\"", ["other"]),
    ])
  func refused(members: String, parts: [String]) throws {
    let study = try SmallStudy()
    expectError(parts) {
      try ThirdsGraph().write(to: study.folder.file("t.onnx"))
      let comma = members.isEmpty ? "" : ", "
      try study.teacher("{\"onnx\": \"t.onnx\"\(comma)\(members)}").prepare(.quiet)
    }
  }

  @Test("is refused where the graph is no classifier of these classes, or is not there")
  func unfit() throws {
    let study = try SmallStudy()
    expectError(["teacher.onnx", "sigmoid"]) {
      _ = try bound(study, ThirdsGraph(last: "Sigmoid")).answers(on: .validation, .quiet)
    }
    expectError(["teacher.kind", "\"logits\"", "\"probabilities\""]) {
      _ = try bound(study, ThirdsGraph(last: "Softmax"), Self.unit + ", \"kind\": \"logits\"")
        .answers(on: .validation, .quiet)
    }
    expectError(["missing.onnx"]) {
      try study.teacher("{\"onnx\": \"missing.onnx\", \(Self.unit)}").prepare(.quiet)
    }
    let floats = try SmallStudy(isFloat: true)
    expectError(["teacher.input.scale", "0..255"]) {
      _ = try bound(
        floats, ThirdsGraph(), "\"input\": {\"layout\": \"NCHW\", \"scale\": \"0..255\"}")
    }
  }
}
