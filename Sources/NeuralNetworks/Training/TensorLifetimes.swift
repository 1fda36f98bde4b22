/// When each tensor of a training step is written first and read last.
///
/// Unit u runs forward at time u and backward at 2·U − u; the loss is at time U.
struct TensorLifetimes {
  let units: [TrainingUnit]
  /// For each node that is a unit's output, or the input: the units that read it.
  let readers: [Int: [Int]]
  /// For each such node, the node whose gradient buffer it shares, itself if none.
  let gradientOwner: [Int: Int]
  /// The nodes whose gradient the loss writes first, besides the logits.
  let features: Set<Int>

  init(_ network: Network, units: [TrainingUnit], features: Set<Int> = []) {
    (self.units, self.features) = (units, features)
    var readers: [Int: [Int]] = [:]
    for (index, unit) in units.enumerated() {
      for input in Set(unit.inputs + [unit.group.addend].compactMap { $0 }) {
        readers[input, default: []].append(index)
      }
    }
    self.readers = readers
    // Behind a norm the addend's gradient is dz, which stands in the output's gradient buffer. If no
    // other reader has written its share yet, the addend takes over that buffer.
    var owner: [Int: Int] = [:]
    for node in [0] + units.map(\.group.output) { owner[node] = node }
    for (index, group) in units.map(\.group).enumerated().reversed() {
      guard let addend = group.addend, group.norm != nil, addend != 0,
        readers[addend]!.max() == index, !features.contains(addend)
      else { continue }
      owner[addend] = owner[group.output]
    }
    gradientOwner = owner
  }

  func backwardTime(_ unit: Int) -> Int { 2 * units.count - unit }

  /// When the gradient of the output of `unit` is written first.
  func gradientTime(_ unit: Int) -> Int {
    let output = units[unit].group.output
    guard !features.contains(output), let last = readers[output]?.max() else { return units.count }
    return backwardTime(last)
  }

  /// Whether the group's norm hands its output's gradient buffer on to its addend.
  func handsOn(_ group: FusedGroup) -> Bool {
    guard let addend = group.addend, group.norm != nil else { return false }
    return addend != 0 && gradientOwner[addend] == gradientOwner[group.output]
  }

  /// Whether nothing but the head of the next unit reads the output of `unit`.
  func feedsNextAlone(_ unit: Int) -> Bool {
    let (output, next) = (units[unit].group.output, units[unit + 1])
    return readers[output] == [unit + 1] && next.inputs == [output]
      && next.group.addend != output && !features.contains(output)
  }

  /// How `unit` delivers the gradient of the tensor that `node` gives.
  func delivery(to node: Int, from unit: Int) -> GradientDelivery {
    if node == 0 { return .none }
    if features.contains(node) { return .accumulate }
    return readers[node]!.max() == unit ? .overwrite : .accumulate
  }

  /// How the head of `unit` delivers the gradient of its input, `node`.
  ///
  /// Where the unit also adds its own input, its tail has delivered the addend's share before.
  func headDelivery(to node: Int, from unit: Int) -> GradientDelivery {
    let delivery = delivery(to: node, from: unit)
    return delivery == .overwrite && units[unit].group.addend == node ? .accumulate : delivery
  }
}
