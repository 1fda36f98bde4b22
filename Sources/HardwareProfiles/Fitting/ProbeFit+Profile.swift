import NeuralNetworks
import Statistics

extension ProbeFit {
  /// Returns one standard deviation of what students err by beyond the kernels' own errors, relative; without
  /// students, what kernels err by.
  ///
  /// - Parameter measured: The milliseconds of one inference of each student.
  package func sharedUncertainty(
    of students: [Network], milliseconds measured: [Double]
  ) -> Double {
    guard !students.isEmpty else { return min(0.9, median(kernels.map(\.relativeUncertainty))) }
    var errors: [Double] = []
    var explained: [Double] = []
    for (student, milliseconds) in zip(students, measured) {
      let executed = student.inferenceKernels
      let total = microseconds(of: executed)
      errors.append((1000 * milliseconds - total) / total)
      let variance = executed.reduce(0.0) { sum, kernel in
        let alone = microseconds(of: [kernel]) - inferenceOverheadMicroseconds
        let deviation = kernels[kernel.kind.index].relativeUncertainty * alone / total
        return sum + deviation * deviation
      }
      explained.append(variance)
    }
    let total = robustDeviation(errors)
    let rest = total * total - median(explained)
    return min(0.9, max(0.01, rest > 0 ? rest.squareRoot() : 0))
  }

  /// Returns the profile of the machine that was measured, without a correction.
  ///
  /// - Parameters:
  ///   - description: Its memory levels are those of the fit.
  ///   - sharedUncertainty: One standard deviation of what all kernels of a network are wrong by together,
  ///     relative.
  ///   - validation: How well random students are predicted; nil if none were measured.
  package func profile(
    _ description: DeviceDescription, sharedUncertainty: Double, validation: PredictionQuality?
  ) -> HardwareProfile {
    let physical = PhysicalModel(
      inferenceOverheadMicroseconds: inferenceOverheadMicroseconds, kernels: kernels,
      levels: levels, precision: description.measurementProtocol.precision
    ).rounded
    var memory = description.memory
    memory.levels = physical.levels
    return HardwareProfile(
      name: description.name, device: description.device,
      measurementProtocol: description.measurementProtocol, memory: memory, physical: physical,
      energy: description.energy, relativeUncertainty: roundedForFile(sharedUncertainty),
      provenance: description.provenance,
      validation: validation.map { Validation($0, method: .randomStudents) })
  }
}
