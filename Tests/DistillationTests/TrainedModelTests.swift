import FileFormats
import Foundation
import NeuralNetworks
import TestSupport
import Testing

@testable import Distillation

@Suite("a trained model in a file")
struct TrainedModelTests {
  @Test("comes back bit for bit, and so do its logits")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    let model = try SmallTeacher.model()
    let path = folder.file("weights.safetensors")
    try model.write(to: path, metadata: ["architecture": "012"])
    let read = try TrainedModel(smallNetwork(), contentsOf: path)
    #expect(read.parameters == model.parameters)
    #expect(read.statistics == model.statistics)
    #expect(try SafetensorsFile.read(path).metadata["architecture"] == "012")
    let reader = try StripedImages.reader()
    #expect(read.logits(of: .test, reader: reader) == model.logits(of: .test, reader: reader))
  }

  @Test("holds a tensor for every parameter, named by node and role")
  func tensorNames() throws {
    let folder = try TemporaryFolder()
    let model = try SmallTeacher.model()
    try model.write(to: folder.file("weights"), metadata: [:])
    let layout = ParameterLayout(model.network)
    let file = try SafetensorsFile.read(folder.file("weights"))
    #expect(
      file.tensors.mapValues(\.shape)
        == Dictionary(
          uniqueKeysWithValues: (layout.parameters + layout.statistics).map { ($0.name, $0.shape) }
        ))
  }

  @Test("is refused where a tensor is missing, naming it")
  func missingTensor() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("weights")
    try SmallTeacher.model().write(to: path, metadata: [:])
    let file = try SafetensorsFile.read(path)
    for name in file.tensors.keys.sorted() {
      var tensors = file.tensors
      tensors[name] = nil
      try SafetensorsFile(tensors: tensors, metadata: [:]).write(to: path)
      expectError([path, "tensor \"\(name)\"", "found nothing"]) {
        _ = try TrainedModel(smallNetwork(), contentsOf: path)
      }
    }
  }

  @Test("is refused where a tensor has another shape, naming both")
  func wrongShape() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("weights")
    try SmallTeacher.model().write(to: path, metadata: [:])
    expectError([path, "\"1.weight\"", "shape [3, 3, 1, 8]", "shape [3, 3, 1, 6]"]) {
      _ = try TrainedModel(smallNetwork(channels: 6), contentsOf: path)
    }
  }

  @Test(
    "is refused where a value is no finite number, naming tensor and place",
    arguments: [Float.nan, .infinity, -.infinity])
  func notFinite(value: Float) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("weights")
    try SmallTeacher.model().write(to: path, metadata: [:])
    let file = try SafetensorsFile.read(path)
    for name in file.tensors.keys.sorted() {
      var tensors = file.tensors
      let array = try #require(tensors[name])
      var numbers = array.asFloats()
      numbers[numbers.count - 1] = value
      tensors[name] = NumericArray(shape: array.shape, numbers)
      try SafetensorsFile(tensors: tensors, metadata: [:]).write(to: path)
      expectError([path, "tensor \"\(name)\"", "\(value) as value \(numbers.count - 1)", "finite"])
      {
        _ = try TrainedModel(smallNetwork(), contentsOf: path)
      }
    }
  }

  @Test("is refused where the file is cut short or missing")
  func cutShort() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("weights")
    expectError([path, "cannot read"]) {
      _ = try TrainedModel(smallNetwork(), contentsOf: path)
    }
    try SmallTeacher.model().write(to: path, metadata: [:])
    let whole = try Data(contentsOf: URL(filePath: path))
    for count in [0, 7, 100, whole.count - 1] {
      try whole.prefix(count).write(to: URL(filePath: path))
      expectError([path]) { _ = try TrainedModel(smallNetwork(), contentsOf: path) }
    }
  }

  @Test("cannot be written where there is no folder")
  func noFolder() throws {
    let folder = try TemporaryFolder()
    expectError([folder.file("none/weights")]) {
      try SmallTeacher.model().write(to: folder.file("none/weights"), metadata: [:])
    }
  }
}
