import FileFormats
import Foundation

/// A model with inputs and the outputs that it must give for them, as the ONNX project publishes them: a folder
/// with `model.onnx` and folders `test_data_set_0` … of `input_0.pb` … and `output_0.pb` ….
package struct ONNXTestCase {
  package enum Result: Hashable, Sendable {
    case passed
    /// It cannot be run here.
    case refused(String)
    case wrong(String)
  }

  private let folder: String

  package init(_ folder: String) { self.folder = folder }

  /// What of the inputs a run brings; the others are known when the graph is read.
  private enum Brought: CaseIterable {
    case floats
    /// The others are weights then.
    case first
    /// So what computes constants is compared, too.
    case nothing
  }

  /// Runs every set of data in each of these ways that can be run.
  package func run() -> Result {
    do {
      var model = try ONNXModel.read(folder + "/model.onnx")
      try model.readExternalData(nextTo: folder + "/model.onnx")
      let file = try ONNXClassifierFile(model, path: folder)
      var refusal: (any Error)? = Refusal("no test_data_set_0")
      var (sets, hasPassed) = (0, false)
      while FileManager.default.fileExists(atPath: "\(folder)/test_data_set_\(sets)") {
        for brought in Brought.allCases {
          do {
            if let complaint = try run(
              file, data: "\(folder)/test_data_set_\(sets)", bringing: brought)
            {
              return .wrong("\(complaint) (brought: \(brought))")
            }
            hasPassed = true
          } catch {
            refusal = error
          }
        }
        sets += 1
      }
      if hasPassed { return .passed }
      throw refusal ?? Refusal("nothing to run")
    } catch let error as Refusal {
      return .refused(error.reason)
    } catch {
      return .refused("\(error)")
    }
  }

  /// Returns what is wrong with the outputs, or nil.
  private func run(
    _ file: ONNXClassifierFile, data: String, bringing wanted: Brought
  ) throws -> String? {
    var constants = file.constants
    var inputs: [(name: String, shape: [Int], kind: ElementKind)] = []
    var brought: [[Float]] = []
    for (index, input) in file.inputs.enumerated() {
      let path = "\(data)/input_\(index).pb"
      // Optional inputs that are left out have no file.
      guard FileManager.default.fileExists(atPath: path) else { continue }
      let value = try Constant(ONNXTensor.read(path))
      let isBrought =
        switch wanted {
        case .floats: value.kind != .integer
        case .first: index == 0
        case .nothing: false
        }
      if !isBrought || value.count == 0 {
        constants[input.name] = value
      } else {
        inputs.append((input.name, value.shape, value.kind))
        brought.append(value.floats)
      }
    }
    let names = file.model.graph.outputs.map(\.name)
    let traced = try GraphTracing(file.model, outputs: names, path: file.path)
      .trace(inputs: inputs, constants: constants, outputs: names)
    guard traced.unsupported.isEmpty else {
      throw ONNXInferenceError.unsupported(path: file.path, traced.unsupported)
    }
    for program in [traced.program, traced.program.optimized()] {
      let executable = Executable(program, weights: WeightStore())
      for (index, values) in brought.enumerated() {
        executable.input(index).update(from: values, count: values.count)
      }
      executable.run()
      for (index, value) in program.outputs.enumerated() {
        let expected = try ONNXTensor.read("\(data)/output_\(index).pb")
        let known = program.values[value]
        if let complaint = try difference(
          of: known.constant?.floats ?? executable.output(index), shape: known.shape,
          from: expected)
        {
          return "\(names[index]): \(complaint)"
        }
      }
    }
    return nil
  }

  private func difference(
    of values: [Float], shape: [Int], from tensor: ONNXTensor
  ) throws -> String? {
    let expected = try Constant(tensor)
    guard shape == expected.shape else {
      return "shape \(shape), expected \(expected.shape)"
    }
    let numbers = expected.floats
    let largest = numbers.reduce(Float(0)) { $1.isFinite ? max($0, abs($1)) : $0 }
    // Sixteen bits have three or two digits.
    let share: Float = tensor.dataType == 10 ? 2e-3 : tensor.dataType == 16 ? 2e-2 : 1e-4
    for (place, (value, number)) in zip(values, numbers).enumerated() {
      let isEqual =
        value == number || value.isNaN && number.isNaN
        || abs(value - number) <= max(share * largest, 1e-3 * abs(number)) + 1e-6
      if !isEqual { return "\(value) at \(place), expected \(number)" }
    }
    return nil
  }
}
