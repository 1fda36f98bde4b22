import FileFormats
import Foundation
import TestSupport
import Testing

@Suite("autodistill teacher", Program.isBuilt)
struct TeacherCommandTests {
  /// The mean of each of three channels, times a matrix of 3×2: `operation` comes last.
  private func write(_ operation: String, to path: String) throws {
    func node(_ operation: String, _ inputs: [String], _ output: String) -> ONNXNode {
      ONNXNode(name: output, operation: operation, inputs: inputs, outputs: [output])
    }
    let graph = ONNXGraph(
      nodes: [
        node("GlobalAveragePool", ["x"], "mean"), node("Flatten", ["mean"], "flat"),
        node("MatMul", ["flat", "w"], "scores"), node(operation, ["scores"], "y"),
      ],
      initializers: [
        ONNXTensor(name: "w", NumericArray(shape: [3, 2], [Float(1), 0, 0, 1, 1, 1]))
      ],
      inputs: [
        ONNXValueInfo(name: "x", shape: [.symbol("N"), .size(3), .size(2), .size(2)])
      ],
      outputs: [ONNXValueInfo(name: "y", shape: nil)])
    try ONNXModel(
      formatVersion: 8, operatorSet: 17, producer: "by hand", metadata: [:], graph: graph
    ).write(to: path)
  }

  @Test("verify says with status 3 that a folder is not there")
  func noFolder() throws {
    let temporary = try TemporaryFolder()
    let path = temporary.file("no such folder")
    let ended = try Program.run("teacher", "verify", temporary.path, path)
    #expect(ended.status == 3 && ended.output.isEmpty)
    #expect(ended.errors.contains("\(path): cannot open: No such file or directory"))
  }

  @Test("check says what is in a file, or every operator that cannot be run with status 3")
  func check() throws {
    let folder = try TemporaryFolder()
    try write("Identity", to: folder.file("m.onnx"))
    let ended = try Program.run("teacher", "check", folder.file("m.onnx"))
    #expect(ended.status == 0 && ended.errors.isEmpty, "\(ended.errors)")
    for part in [
      "operator set 17", "written by by hand", "'x' [N, 3, 2, 2]", "MatMul 1", "parameters: 6",
      "MACs:       6 an image", "2 classes, logits", "runs:       yes",
    ] { #expect(ended.output.contains(part), "\(ended.output)") }
    try write("Unique", to: folder.file("m.onnx"))
    let refused = try Program.run("teacher", "check", folder.file("m.onnx"))
    #expect(refused.status == 3)
    #expect(refused.errors.contains("Unique 'y'"), "\(refused.errors)")
    try folder.write("version https://git-lfs.github.com/spec/v1\n", to: "m.onnx")
    let pointer = try Program.run("teacher", "check", folder.file("m.onnx"))
    #expect(pointer.status == 3 && pointer.errors.contains("Git LFS pointer"))
  }

  @Test("run standardises and classifies, channels first or last")
  func run() throws {
    let folder = try TemporaryFolder()
    try write("Identity", to: folder.file("m.onnx"))
    let pixels: [UInt8] = (0..<24).map { UInt8($0 * 10) }
    try NPYFile.write(
      NumericArray(shape: [2, 3, 2, 2], pixels), to: folder.file("first.npy"))
    var last: [UInt8] = []
    for image in 0..<2 {
      for position in 0..<4 {
        for channel in 0..<3 { last.append(pixels[image * 12 + channel * 4 + position]) }
      }
    }
    try NPYFile.write(NumericArray(shape: [2, 2, 2, 3], last), to: folder.file("last.npy"))
    // The channels' means are 15, 55 and 95, then 135, 175 and 215; standardised 10.5, 20.5, 20.5 and 70.5, 80.5, 50.5.
    let expected: [Float] = [31, 41, 121, 131]
    let runs: [(String, [String])] = [("first.npy", []), ("last.npy", ["--channels-last"])]
    for (name, flags) in runs {
      let ended = try Program.Running(
        [
          "teacher", "run", folder.file("m.onnx"), "--images", folder.file(name), "--output",
          folder.file("y.npy"), "--mean", "-6,14,13", "--deviation", "2,2,4",
        ] + flags
      ).end()
      #expect(ended.status == 0, "\(ended.errors)")
      let logits = try NPYFile.read(folder.file("y.npy"))
      #expect(logits.shape == [2, 2])
      #expect(logits.asFloats() == expected)
    }
    let wrong = try Program.run(
      "teacher", "run", folder.file("m.onnx"), "--images", folder.file("last.npy"), "--output",
      folder.file("y.npy"))
    #expect(wrong.status == 3 && wrong.errors.contains("expected [images, 3, 2, 2]"))
  }
}
