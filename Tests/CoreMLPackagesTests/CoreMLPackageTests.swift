import DeployedModels
import FileFormats
import Foundation
import NetworkFixtures
import NeuralNetworks
import TestSupport
import Testing

@testable import CoreMLPackages

extension RandomModel {
  var deployed: DeployedModel {
    get throws {
      try LoweredNetwork(network, parameters: parameters, statistics: statistics).model
    }
  }
}

@Suite("Core ML packages")
struct CoreMLPackageTests {
  private func program(_ network: Network) throws -> MILProgram {
    MILProgramBuilder(ChannelsFirstModel(try RandomModel(network, seed: 1).deployed)).program
  }

  @Test(
    "have operations that read what there is, and give each value once", arguments: shippedSpaces)
  func order(space: String) throws {
    let count = largeSpaces.contains(space) ? Thoroughness.pick(5, usually: 1) : 5
    for network in try students(of: space, count: count) { try expectSound(program(network)) }
  }

  @Test("do so for every layer and every place that it can have")
  func unusual() throws {
    let program = try program(unusualNetwork(height: 7))
    try expectSound(program)
    let kinds = Set(program.operations.map(\.kind))
    #expect(
      kinds.isSuperset(of: [
        "conv", "linear", "add", "mul", "relu", "relu6", "sigmoid_hard", "max_pool", "avg_pool",
        "reduce_mean", "reshape", "transpose", "const",
      ]))
  }

  private func expectSound(_ program: MILProgram) throws {
    var known: Set = [program.input.name]
    for operation in program.operations {
      for name in operation.inputs.values { #expect(known.contains(name), "\(operation)") }
      #expect(known.insert(operation.output.name).inserted, "\(operation.output.name)")
      #expect((operation.kind == "const") == (operation.constant != nil))
    }
    #expect(program.operations.last?.output == program.output && program.output.name == "logits")
    #expect(program.input.shape.count == 4 && program.output.shape.count == 2)
  }

  @Test("have a folder with a manifest that names what is in it, and equal bytes for equal models")
  func folder() throws {
    let temporary = try TemporaryFolder()
    let model = try RandomModel(try unusualNetwork(height: 7), seed: 1).deployed
    let paths = ["a.mlpackage", "b.mlpackage"].map(temporary.file)
    for path in paths + [paths[0]] {
      try CoreMLPackage(model, metadata: ["classes": "4"]).write(to: path)
    }
    let manifest = try #require(
      JSONSerialization.jsonObject(
        with: Data(contentsOf: URL(filePath: paths[0] + "/Manifest.json"))) as? [String: Any])
    let items = try #require(manifest["itemInfoEntries"] as? [String: [String: String]])
    #expect(items[try #require(manifest["rootModelIdentifier"] as? String)] != nil)
    for item in items.values {
      let path = try #require(item["path"])
      #expect(FileManager.default.fileExists(atPath: paths[0] + "/Data/" + path))
    }
    for name in ["model.mlmodel", "weights/weight.bin"] {
      let files = try paths.map {
        try Data(contentsOf: URL(filePath: $0 + "/Data/com.apple.CoreML/" + name))
      }
      #expect(files[0] == files[1] && !files[0].isEmpty)
    }
    let text = try Data(
      contentsOf: URL(filePath: paths[0] + "/Data/com.apple.CoreML/model.mlmodel"))
    #expect(text.firstRange(of: Data("structure-checked, not run".utf8)) != nil)
  }

  @Test("have weights behind descriptions that say where they are")
  func weights() throws {
    var file = WeightFile()
    let places = [file.append([1, 2, 3]), file.append([Float](repeating: 4, count: 17))]
    #expect(places == [64, 192])
    let data = file.data
    func word(_ place: Int) -> UInt32 {
      data.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: UInt32.self) }
    }
    #expect(data.count == 384 && word(0) == 2 && word(4) == 2)
    for (place, count) in zip(places, [3, 17]) {
      #expect(word(place) == 0xDEAD_BEEF && word(place + 4) == 2)
      #expect(word(place + 8) == 4 * UInt32(count) && word(place + 16) == UInt32(place + 64))
    }
    #expect(word(128) == Float(1).bitPattern && word(256) == Float(4).bitPattern)
  }
}

/// For a check against another program: `.ci/check-mlpackage` sets the variable and reads the packages.
@Suite("students for coremltools")
struct PackagedStudentsTests {
  static let folder = ProcessInfo.processInfo.environment["AUTODISTILL_MLPACKAGE_FOLDER"]

  @Test(
    "are written with images and our logits of them", .enabled(if: folder != nil),
    arguments: shippedSpaces + ["unusual"])
  func write(space: String) throws {
    let folder = try #require(PackagedStudentsTests.folder)
    let networks =
      space == "unusual" ? [try unusualNetwork(height: 7)] : try students(of: space, count: 10)
    for (number, network) in networks.enumerated() {
      let model = RandomModel(network, seed: UInt64(number))
      let image = model.image(seed: UInt64(number))
      let shape = network.inputShape
      let name = "\(folder)/\(space)-\(number)"
      try CoreMLPackage(model.deployed, metadata: ["classes": "10"]).write(
        to: name + ".mlpackage")
      try NPYFile.write(
        NumericArray(shape: [1, shape.height, shape.width, shape.channels], image),
        to: name + ".image.npy")
      let logits = model.logits(of: image)
      try NPYFile.write(NumericArray(shape: [1, logits.count], logits), to: name + ".logits.npy")
      try writeConstants(model.deployed, to: name)
    }
  }

  /// The weights in our order, to be found again in the package.
  private func writeConstants(_ model: DeployedModel, to name: String) throws {
    try Folder.create(name + ".constants")
    for tensor in model.tensors {
      guard case .float32(let values) = tensor.values, values.count > 1 else { continue }
      try NPYFile.write(
        NumericArray(shape: tensor.shape, values), to: "\(name).constants/\(tensor.name).npy")
    }
  }
}
