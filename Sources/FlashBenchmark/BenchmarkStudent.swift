import BayesianOptimization
import FileFormats
import HardwareProfiles
import NeuralNetworks
import SearchSpaces
import Studies

/// A student of a benchmark.
struct BenchmarkStudent: Sendable {
  let key: String
  let architecture: Architecture
  let costs: Costs
  /// Multiply–accumulates of a training step, per image.
  let trainingMACs: Int
}

extension BenchmarkStudent {
  /// Draws the students that a study whose sampler is `random` would try first: feasible and distinct.
  ///
  /// - Throws: `JSONError` naming the benchmark's field if there are fewer.
  static func drawn(
    _ definition: FlashBenchmarkDefinition, inputs: StudyInputs, file: String
  ) throws -> [BenchmarkStudent] {
    let pricing = StudentPricing(inputs: inputs)
    let session = SearchSession(pricing.problem(teacher: nil))
    let count = definition.students + definition.extraStudents
    var history: [Observation] = []
    var students: [BenchmarkStudent] = []
    while students.count < count {
      let proposal = try RandomSampler().propose(
        in: session, history: history, trial: students.count, seed: inputs.definition.seed)
      guard case .architecture(let architecture) = proposal,
        let costs = pricing.costs(of: architecture)
      else {
        throw JSONError.invalid(
          file: file, field: "students", value: "\(count), the extra ones included",
          expected: "at most \(students.count), the feasible students that were found")
      }
      students.append(
        BenchmarkStudent(
          key: inputs.space.key(of: architecture), architecture: architecture, costs: costs,
          trainingMACs: InferenceGraph(try inputs.network(of: architecture)).trainingMACs))
      history.append(Observation(architecture: architecture, outcome: .pending))
    }
    return students
  }
}
