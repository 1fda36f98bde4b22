extension OfflinePlan {
  /// Returns the plan that a model's file holds, which exports write and profiles price; nil where none helps.
  ///
  /// A file does not know who will run it, and its plan is kept to by every build of the runtime, whose scratch
  /// goes into what is left. So the plan must take no more than the runtime does by itself with any `MicroRuntime.Kernels`, and less
  /// with some. The size of pointers does not matter: it only moves the tail.
  ///
  /// The structure of a model is enough, and the same structure gets the same plan.
  ///
  /// - Parameter attempts: How many orders are tried at most for each kind of kernels.
  public static func embedded(in model: DeployedModel, attempts: Int = 100) -> OfflinePlan? {
    var heads: [UnplannedHead] = []
    // The cores that most students are for come first: the first plan that helps is taken.
    for kernels in [MicroRuntime.Kernels.cmsisNNDSP, .cmsisNNHelium, .cmsisNN, .reference] {
      let buffers = model.plannedBuffers(on: MicroRuntime(kernels))
      if heads.contains(where: { $0.buffers == buffers }) { continue }
      heads.append(UnplannedHead(buffers))
    }
    for head in heads where head.bytes > head.buffers.lowerBoundBytes {
      let plan = OfflinePlan(head.buffers, tensors: model.tensors.count, attempts: attempts)
      if plan.headBytes < head.bytes, heads.allSatisfy({ $0.isNoLess(with: plan) }) {
        return plan
      }
    }
    return nil
  }
}

/// What a build of the runtime plans by itself.
private struct UnplannedHead {
  let buffers: [PlannedBuffer]
  let bytes: Int

  init(_ buffers: [PlannedBuffer]) {
    self.buffers = buffers
    bytes = GreedyPlanner.plan(buffers).bytes
  }

  /// Whether the head takes at most as much with a plan.
  func isNoLess(with plan: OfflinePlan) -> Bool {
    let fixed = buffers.map { $0.tensor.flatMap { plan.offsets[$0] } }
    return GreedyPlanner.plan(buffers, fixed: fixed).bytes <= bytes
  }
}
