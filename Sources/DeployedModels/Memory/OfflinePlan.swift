import RandomStreams

/// Places of activations that a file tells TensorFlow Lite Micro, as its metadata `OfflineMemoryAllocation`.
///
/// The runtime keeps to them and places scratch buffers, which no file can name, into what is left. Buffers that are
/// alive together never overlap: its kernels may write an output before they have read all of an input.
public struct OfflinePlan: Hashable, Sendable {
  /// For each tensor of the model its offset in the arena; nil for constants.
  public let offsets: [Int?]
  /// The bytes of the head on the runtime that it was searched for, scratch included.
  public let headBytes: Int
  /// The most bytes that are alive at one step: no plan takes less.
  public let lowerBoundBytes: Int
}

extension OfflinePlan {
  /// Searches a plan for a model; its structure is enough.
  ///
  /// The same model always gets the same plan. What the runtime would do itself is tried first, so no plan is worse.
  ///
  /// - Parameter attempts: How many orders are tried at most; the search ends where the lower bound is reached.
  public init(_ model: DeployedModel, on runtime: MicroRuntime, attempts: Int = 2000) {
    self.init(
      model.plannedBuffers(on: runtime), tensors: model.tensors.count, attempts: attempts)
  }

  init(_ buffers: [PlannedBuffer], tensors: Int, attempts: Int) {
    let plan = PlanSearch(buffers).best(attempts: attempts)
    var offsets = [Int?](repeating: nil, count: tensors)
    for (buffer, offset) in zip(buffers, plan.offsets) {
      if let tensor = buffer.tensor { offsets[tensor] = offset }
    }
    self.offsets = offsets
    headBytes = plan.bytes
    lowerBoundBytes = buffers.lowerBoundBytes
  }
}

/// Searches orders in which buffers are placed, each where it fits best below the lower bound.
struct PlanSearch {
  let buffers: [PlannedBuffer]
  private let bound: Int

  init(_ buffers: [PlannedBuffer]) {
    self.buffers = buffers
    bound = buffers.lowerBoundBytes
  }

  /// Returns the best plan found, as the runtime completes it with scratch buffers.
  func best(attempts: Int) -> BufferPlan {
    var best = GreedyPlanner.plan(buffers)
    var bestOrder = orders[0]
    func accept(_ order: [Int], _ plan: BufferPlan) {
      if plan.bytes < best.bytes { (best, bestOrder) = (plan, order) }
    }
    for order in orders {
      accept(order, place(order, fits: false))
      accept(order, place(order, fits: true))
      if best.bytes == bound { return best }
    }
    // A buffer that ends above the bound is placed earlier next time.
    var stream = RandomStream(seed: 1, purpose: "offline plan")
    var (order, plan) = (bestOrder, place(bestOrder, fits: true))
    for attempt in 0..<attempts where best.bytes > bound {
      if attempt % 50 == 49 { (order, plan) = (bestOrder, place(bestOrder, fits: true)) }
      let high = order.indices.filter { plan.offsets[order[$0]] + buffers[order[$0]].bytes > bound }
      let from =
        high.isEmpty
        ? stream.integer(below: order.count) : high[stream.integer(below: high.count)]
      let moved = order.remove(at: from)
      order.insert(moved, at: stream.integer(below: from + 1))
      plan = place(order, fits: stream.integer(below: 4) > 0)
      accept(order, plan)
    }
    return best
  }

  /// Orders that are good on different graphs: by size, by size and life, by life, by the fullest step, by time.
  private var orders: [[Int]] {
    let fullest = fullestStep
    func order(_ rank: (PlannedBuffer) -> (Int, Int)) -> [Int] {
      buffers.indices.map { (rank(buffers[$0]), $0) }
        .sorted { ($0.0.0, $0.0.1, $0.1) > ($1.0.0, $1.0.1, $1.1) }.map(\.1)
    }
    func life(_ buffer: PlannedBuffer) -> Int { buffer.lastStep - buffer.firstStep + 1 }
    return [
      order { ($0.bytes, life($0)) }, order { ($0.bytes * life($0), $0.bytes) },
      order { (life($0), $0.bytes) },
      order { ($0.firstStep <= fullest && fullest <= $0.lastStep ? 1 : 0, $0.bytes) },
      order { (-$0.firstStep, $0.lastStep) }, order { ($0.lastStep, $0.bytes) },
    ]
  }

  private var fullestStep: Int {
    let steps = 0...(buffers.map(\.lastStep).max() ?? 0)
    return steps.max { first, second in bytes(at: first) < bytes(at: second) } ?? 0
  }

  private func bytes(at step: Int) -> Int {
    buffers.reduce(0) { $0 + ($1.firstStep <= step && step <= $1.lastStep ? $1.bytes : 0) }
  }

  /// Places buffers in an order: each where it leaves least below the bound, or into the first gap.
  private func place(_ order: [Int], fits: Bool) -> BufferPlan {
    var placement = BufferPlacement(buffers)
    for index in order {
      let offset =
        (fits ? placement.bestGap(for: index, below: bound) : nil) ?? placement.firstGap(for: index)
      placement.put(index, at: offset)
    }
    let plan = placement.plan
    guard buffers.contains(where: { $0.tensor == nil }) else { return plan }
    return GreedyPlanner.plan(
      buffers,
      fixed: buffers.indices.map { buffers[$0].tensor == nil ? nil : plan.offsets[$0] })
  }
}
