import HardwareProfiles
import RandomStreams
import SearchSpaces

/// A network of a space whose latency was measured.
public struct MeasuredSpaceNetwork: Sendable {
  public let space: SearchSpace
  public let architecture: Architecture
  public let measurement: MeasuredWorkload

  /// The architecture's key.
  public var key: String { space.key(of: architecture) }
}

/// A profile fitted to measured networks, and how well it predicts networks that it was not fitted to.
///
/// These are all networks but those drawn for the fit; or, where all are fitted, each in turn, predicted from
/// all others with the scales of the correction from all.
public struct CheckedFit: Sendable {
  /// Which networks a profile is fitted to, and what it keeps of them.
  public struct Settings: Sendable {
    /// How many networks are drawn for the fit; nil for all.
    public var trained: Int?
    /// Of that draw.
    public var seed: UInt64
    /// Whether the profile leaves out the measured networks.
    public var isRatesOnly: Bool

    public init(trained: Int? = nil, seed: UInt64 = 1, isRatesOnly: Bool = false) {
      (self.trained, self.seed, self.isRatesOnly) = (trained, seed, isRatesOnly)
    }
  }

  /// The profile, with its validation.
  public let profile: HardwareProfile
  public let quality: PredictionQuality
  /// How many networks were drawn for the fit.
  public let trainedCount: Int
  /// The networks that took no part; empty where each was left out in turn.
  public let heldOut: [MeasuredSpaceNetwork]

  /// Networks drawn for the fit that it leaves out, because the others contradict their latency.
  public let leftOut: [NetworkPrediction]
  /// How many of the drawn networks the others contradict, also where these are too many to leave out.
  public let contradictedCount: Int

  /// How many of the drawn networks the fit takes.
  public var fittedCount: Int { min(trainedCount - leftOut.count, DeviceFit.mostNetworks) }

  /// Fits and checks a profile.
  ///
  /// - Parameters:
  ///   - networks: At least two, and more than are drawn.
  ///   - base: The profile of a similar device to start from.
  ///   - describe: What the profile says of the device, given how many networks it is fitted to and the names
  ///     of their spaces.
  /// - Throws: `DeviceFitError`.
  public init(
    _ networks: [MeasuredSpaceNetwork], _ settings: Settings, base: HardwareProfile?,
    describe: (_ networks: Int, _ spaces: [String]) -> DeviceDescription
  ) throws(DeviceFitError) {
    precondition(settings.trained ?? 0 < networks.count, "nothing is left to check the fit on")
    var random = RandomStream(seed: settings.seed, purpose: "measured networks")
    let order =
      settings.trained == nil
      ? Array(networks.indices) : random.permutation(of: networks.count)
    let count = settings.trained ?? networks.count
    let chosen = order.prefix(count).sorted().map { networks[$0] }
    heldOut = order.dropFirst(count).sorted().map { networks[$0] }
    trainedCount = chosen.count
    var spaces: [String] = []
    for network in networks where !spaces.contains(network.space.name) {
      spaces.append(network.space.name)
    }
    let stated = describe(chosen.count, spaces)
    let screening = MeasurementScreening(
      chosen.map(\.measurement), base: base, precision: stated.measurementProtocol.precision)
    contradictedCount = screening.contradicted
    leftOut = screening.outliers.map {
      NetworkPrediction(network: chosen[$0.index], predictedMilliseconds: $0.expectedMilliseconds)
    }
    let outliers = Set(screening.outliers.map(\.index))
    let kept = chosen.indices.filter { !outliers.contains($0) }.map { chosen[$0] }
    let fit = try DeviceFit(
      kept.map(\.measurement), base: base,
      description: describe(min(kept.count, DeviceFit.mostNetworks), spaces))
    let fitted = settings.isRatesOnly ? fit.ratesProfile : fit.profile
    if settings.trained != nil {
      quality = fitted.quality(on: heldOut.map(\.measurement))
      profile = fitted.with(validation: quality, method: .heldOut)
    } else if let left = fit.leaveOneOutQuality() {
      quality = left
      profile = fitted.with(validation: quality, method: .leaveOneOut)
    } else {
      throw .notFittable
    }
  }

  /// Returns the held-out networks whose latency is predicted worst, relative to it, worst first.
  public func worstPredictions(_ count: Int) -> [NetworkPrediction] {
    profile.worstPredictions(of: heldOut, count)
  }
}

extension MeasuredArchitectures {
  /// The networks of the table, which are of this space.
  public func networks(of space: SearchSpace) -> [MeasuredSpaceNetwork] {
    zip(architectures, measurements).map {
      MeasuredSpaceNetwork(space: space, architecture: $0, measurement: $1)
    }
  }
}
