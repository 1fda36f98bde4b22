import TensorKernels

/// The arena of a training plan: every buffer's place.
struct MemoryPlan {
  /// One buffer: its request, and the floats of one slice where it has slices.
  struct Handle {
    let request: Int
    let sliceFloats: Int
  }

  let arena: FloatArena
  let parameters: Handle
  let statistics: Handle
  let gradients: Handle
  /// The output of each unit, and the input, by node.
  private(set) var activations: [Int: Handle] = [:]
  /// The gradient of each unit's output, by node; some share a buffer.
  private(set) var nodeGradients: [Int: Handle] = [:]
  /// The head's output before the norm or activation, by unit.
  private(set) var raw: [Int: Handle] = [:]
  /// The gradient of `raw`, where it needs a buffer of its own, by unit.
  private(set) var rawGradients: [Int: Handle] = [:]
  /// Room for an input's gradient that must be added, by unit.
  private(set) var detours: [Int: Handle] = [:]
  private(set) var norms: [Int: Handle] = [:]
  /// What a head keeps for itself, by unit.
  private(set) var states: [Int: Handle] = [:]
  /// Wide tensors that a chain keeps from forward to backward, and those within its backward pass.
  private(set) var stored: [Int: Handle] = [:]
  private(set) var gradientPlanes: [Int: Handle] = [:]
  let scratch: Handle

  private let offsets: [Int]

  init(network: Network, layout: ParameterLayout, lifetimes: TensorLifetimes, images: [Int]) {
    var requests: [ArenaLayout.Request] = []
    let largest = images.max()!
    let end = 2 * lifetimes.units.count
    func place(floats: Int, from first: Int = 0, to last: Int? = nil) -> Handle {
      requests.append(
        ArenaLayout.Request(floats: max(16, floats), firstUse: first, lastUse: last ?? end))
      return Handle(request: requests.count - 1, sliceFloats: 0)
    }
    func placeSlices(floats: Int, from first: Int = 0, to last: Int? = nil) -> Handle {
      let sliceFloats = (floats + 15) / 16 * 16
      let handle = place(floats: images.count * sliceFloats, from: first, to: last)
      return Handle(request: handle.request, sliceFloats: sliceFloats)
    }
    func elements(_ node: Int) -> Int { largest * network.nodes[node].shape.elementCount }

    // The weights stand at the front, each buffer with room for reads past its end.
    parameters = place(floats: layout.parameterFloats + readMargin)
    statistics = place(floats: layout.statisticFloats + readMargin)
    gradients = placeSlices(floats: layout.parameterFloats + readMargin)

    let units = lifetimes.units
    activations[0] = placeSlices(
      floats: elements(0), to: lifetimes.backwardTime(lifetimes.readers[0]!.min()!))
    var owned: [Int: (floats: Int, first: Int, last: Int)] = [:]
    var scratchFloats = 0
    for (index, unit) in units.enumerated() {
      let group = unit.group
      let backward = lifetimes.backwardTime(index)
      let firstReader = lifetimes.readers[group.output]?.min() ?? index
      activations[group.output] = placeSlices(
        floats: elements(group.output), from: index, to: lifetimes.backwardTime(firstReader))
      let written = lifetimes.gradientTime(index)
      let owner = lifetimes.gradientOwner[group.output]!
      let known = owned[owner] ?? (elements(group.output), written, backward)
      owned[owner] = (
        max(known.floats, elements(group.output)), min(known.first, written),
        max(known.last, backward)
      )
      let family = network.nodes[group.head].layer.family
      if group.hasTail && !family.fusionRole.readsInputDirectly {
        raw[index] = placeSlices(floats: elements(group.head), from: index, to: backward)
      }
      if group.norm != nil && group.addend != nil {
        rawGradients[index] = placeSlices(
          floats: elements(group.head), from: backward, to: backward)
      }
      let input = unit.inputs[0]
      if unit.chain == nil, !family.accumulatesInputGradient,
        lifetimes.headDelivery(to: input, from: index) == .accumulate
      {
        detours[index] = placeSlices(floats: elements(input), from: backward, to: backward)
      }
      if let norm = group.norm {
        let channels = network.nodes[norm].shape.channels
        var cursor = MemoryCursor()
        _ = ChannelNorm.Memory(channels: channels, slices: images.count, cursor: &cursor)
        norms[index] = place(floats: cursor.floats)
      }
      let demand = UnitDemand(unit, network: network, images: images)
      if demand.state > 0 { states[index] = place(floats: demand.state + readMargin) }
      if demand.stored > 0 {
        stored[index] = placeSlices(floats: demand.stored, from: index, to: backward)
      }
      if demand.gradients > 0 {
        gradientPlanes[index] = placeSlices(
          floats: demand.gradients, from: backward, to: backward)
      }
      scratchFloats = max(scratchFloats, demand.scratch)
    }
    for (node, handle) in owned.sorted(by: { $0.key < $1.key }).map({
      ($0.key, placeSlices(floats: $0.value.floats, from: $0.value.first, to: $0.value.last))
    }) {
      for (other, owner) in lifetimes.gradientOwner where owner == node {
        nodeGradients[other] = handle
      }
    }
    scratch = placeSlices(floats: scratchFloats + readMargin)
    let layout = ArenaLayout(requests)
    offsets = layout.offsets
    arena = FloatArena(count: layout.floats)
  }

  func pointer(_ handle: Handle) -> UnsafeMutablePointer<Float> {
    arena.base + offsets[handle.request]
  }

  func slices(_ handle: Handle) -> SliceBuffer {
    SliceBuffer(base: pointer(handle), stride: handle.sliceFloats)
  }
}
