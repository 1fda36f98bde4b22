import DeployedModels
import Foundation
import NetworkFixtures
import Testing

@testable import TFLiteFiles

/// What `.ci/check-arena` compares with TensorFlow Lite Micro.
@Suite("arenas of random students")
struct ArenaStudentsTests {
  private static let folder = ProcessInfo.processInfo.environment["AUTODISTILL_ARENA_FOLDER"]
  private static let references = ProcessInfo.processInfo.environment["AUTODISTILL_MLPERF_FOLDER"]

  /// Writes students as files, fp32 and int8, with and without an offline plan, and a table of what they take.
  @Test("are written for the check with the runtime", .enabled(if: folder != nil))
  func write() throws {
    let folder = try #require(ArenaStudentsTests.folder)
    var rows = ["file,head,used,needed,bound,file_bytes,estimated_bytes,planned"]
    for space in shippedSpaces {
      for (number, network) in try students(of: space, count: 40).enumerated() {
        let model = try LoweredNetwork(structureOf: network).model
        for (kind, structure) in [("fp32", model), ("int8", model.int8Structure())] {
          let filled = structure.filled
          let name = "\(space)-\(number)-\(kind)"
          try rows.append(write(filled, nil, to: folder, name: name))
          let plan = OfflinePlan(filled, on: .python)
          try rows.append(write(filled, plan, to: folder, name: name + "-planned"))
        }
      }
    }
    for path in try ArenaStudentsTests.references.map(
      FileManager.default.contentsOfDirectory(atPath:)) ?? []
    where path.hasSuffix(".tflite") {
      let file = ArenaStudentsTests.references! + "/" + path
      guard let read = try? TFLiteFile.read(file) else { continue }
      rows.append(row(read.model, nil, file: file, bytes: 0))
    }
    try rows.joined(separator: "\n").write(
      toFile: folder + "/arenas.csv", atomically: true, encoding: .utf8)
  }

  private func write(
    _ model: DeployedModel, _ plan: OfflinePlan?, to folder: String, name: String
  ) throws -> String {
    let file = TFLiteFile(
      model, plan: plan.map { TFLiteFile.MemoryPlan(offsets: $0.offsets) })
    let bytes = file.bytes
    let path = "\(folder)/\(name).tflite"
    try Data(bytes).write(to: URL(filePath: path))
    return row(model, plan, file: path, bytes: bytes.count)
  }

  private func row(
    _ model: DeployedModel, _ plan: OfflinePlan?, file: String, bytes: Int
  ) -> String {
    let arena = MicroArena(model, on: .python, offsets: plan?.offsets)
    let fields = [
      arena.headBytes, arena.usedBytes, arena.bytes, arena.buffers.lowerBoundBytes, bytes,
      model.fileBytes(hasPlan: plan != nil), plan == nil ? 0 : 1,
    ]
    return ([file] + fields.map(String.init)).joined(separator: ",")
  }

  @Test("have files of about the size that is estimated from their structure")
  func sizes() throws {
    for space in shippedSpaces {
      for network in try students(of: space, count: 4) {
        let model = try LoweredNetwork(structureOf: network).model
        for structure in [model, model.int8Structure()] {
          let filled = structure.filled
          let bytes = Double(TFLiteFile(filled).bytes.count)
          #expect(abs(Double(filled.fileBytes(hasPlan: false)) / bytes - 1) < 0.02)
        }
      }
    }
  }
}

extension DeployedModel {
  /// The model with numbers for all constants that have none and for scales of channels, no two tensors alike.
  fileprivate var filled: DeployedModel {
    var model = self
    for (index, tensor) in tensors.enumerated()
    where !tensor.isConstant && tensor.quantization != nil {
      model.tensors[index].quantization = TensorQuantization(scale: 0.5, zeroPoint: 0)
    }
    for step in operators where step.inputs.count > 2 {
      // A bias has the product of the input's scale, a half, and of the weights'.
      for (place, input) in step.inputs[1...2].enumerated() {
        guard let quantization = tensors[input].quantization else { continue }
        let scales = quantization.scales.indices.map {
          Float(1 + $0) / Float(1000 + 7 * step.inputs[1]) / (place == 0 ? 1 : 2)
        }
        model.tensors[input].quantization = TensorQuantization(
          scales: scales, axis: quantization.axis)
      }
    }
    for (index, tensor) in tensors.enumerated() where tensor.isConstant && tensor.values == nil {
      let count = tensor.elementCount
      switch tensor.type {
      case .float32:
        model.tensors[index].values = .float32((0..<count).map { Float($0 % 7) + Float(index) })
      case .int8:
        model.tensors[index].values = .int8((0..<count).map { Int8(($0 * 31 + index) % 120) })
      case .int32:
        model.tensors[index].values = .int32((0..<count).map { Int32($0 % 7 + index) })
      }
    }
    return model
  }
}
