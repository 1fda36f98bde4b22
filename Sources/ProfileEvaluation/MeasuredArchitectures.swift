import FileFormats
import Foundation
import HardwareProfiles
import NeuralNetworks
import SearchSpaces

/// A table of architectures with what was measured of them: `architecture,latency_ms`, and perhaps
/// `energy_mj`. Other columns are not read. An architecture in several rows is one network, measured several times.
public struct MeasuredArchitectures: Sendable {
  /// In the order of the file.
  public let architectures: [Architecture]
  public let measurements: [MeasuredWorkload]
  /// The architectures whose rows contradict each other, with the shortest and the longest of their latencies.
  public let contradictions: [(architecture: Architecture, milliseconds: ClosedRange<Double>)]

  /// Latencies of one network that are further apart than by this factor are not those of one network.
  private static let mostSpread = 1.5

  /// Reads a table.
  ///
  /// - Parameters:
  ///   - images: What the networks look at.
  ///   - columns: The names of the columns with the architecture's key and the latency in milliseconds.
  /// - Throws: `CSVError` for a column that is not there, a key that is not one of the space's or that no network
  ///   for these images can be made of, or a latency or energy that is not above 0.
  public init(
    _ table: CSVTable, of space: SearchSpace, images: TypicalImages,
    columns: (architecture: String, latency: String) = ("architecture", "latency_ms")
  ) throws(CSVError) {
    let keys = try table.column(columns.architecture)
    let latencies = try table.column(columns.latency)
    let latencyValues = try latencies.numbers()
    let energies =
      table.columns.contains { $0.name == "energy_mj" } ? try table.column("energy_mj") : nil
    let energyValues = try energies?.numbers()
    var architectures: [Architecture] = []
    var repetitions: [Architecture: Repetitions] = [:]
    for row in 0..<table.count {
      let architecture: Architecture
      do {
        architecture = try space.architecture(key: keys.fields[row])
      } catch {
        throw keys.wrong(row, expected: "a key of the space \(space.name) (\(error))")
      }
      guard latencyValues[row] > 0 else {
        throw latencies.wrong(row, expected: "milliseconds above 0")
      }
      let energy = energyValues?[row]
      if let energies, let energy, energy <= 0 {
        throw energies.wrong(row, expected: "millijoules above 0, or an empty field")
      }
      let workload: InferenceWorkload
      do {
        workload = try space.workload(
          of: architecture, input: images.shape, classes: images.classes)
      } catch {
        throw keys.wrong(row, expected: "an architecture for these images (\(error))")
      }
      let known = energy.flatMap { $0.isNaN ? nil : $0 }
      repetitions[architecture, default: Repetitions(workload)].add(latencyValues[row], known)
      if repetitions[architecture]?.latencies.count == 1 { architectures.append(architecture) }
    }
    let measurements = architectures.compactMap { repetitions[$0]?.measurement }
    contradictions = architectures.compactMap { architecture in
      guard let latencies = repetitions[architecture]?.latencies,
        let shortest = latencies.min(), let longest = latencies.max(),
        longest > MeasuredArchitectures.mostSpread * shortest
      else { return nil }
      return (architecture, shortest...longest)
    }
    self.architectures = architectures
    self.measurements = measurements
  }
}

/// What was measured of one architecture, in one row or several.
private struct Repetitions {
  let workload: InferenceWorkload
  private(set) var latencies: [Double] = []
  private var energies: [Double] = []

  init(_ workload: InferenceWorkload) { self.workload = workload }

  mutating func add(_ latency: Double, _ energy: Double?) {
    latencies.append(latency)
    if let energy { energies.append(energy) }
  }

  /// The means of the logarithms: checked against its own repetition a network would seem well predicted.
  var measurement: MeasuredWorkload {
    func mean(_ values: [Double]) -> Double {
      values.count == 1
        ? values[0] : exp(values.reduce(0) { $0 + log($1) } / Double(values.count))
    }
    return MeasuredWorkload(
      workload, latencyMilliseconds: mean(latencies),
      energyMillijoules: energies.isEmpty ? nil : mean(energies))
  }
}
