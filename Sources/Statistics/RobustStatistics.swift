/// Returns the middle value, or the mean of the two in the middle.
public func median(_ values: [Double]) -> Double {
  precondition(!values.isEmpty)
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/// Returns the standard deviation around 0 that the median size of the errors implies, if normal.
public func robustDeviation(_ errors: [Double]) -> Double {
  errors.isEmpty ? 0 : NormalDistribution.deviationsPerMedianDistance * median(errors.map(abs))
}
