import TensorKernels

// Attention: the scores of some rows at a time, which never leave the cache.

/// Rows of scores at a time.
private let attentionRows = 112

extension Lowering {
  mutating func lowerAttention(_ inputs: [Int], _ attention: Attention, shape: [Int]) -> View {
    let rank = shape.count
    let queries = withDenseRows(view(of: inputs[0]))
    let (keys, values) = (view(of: inputs[1]), view(of: inputs[2]))
    let (t, e) = (shape[rank - 2], shape[rank - 1])
    let (d, s) = (queries.shape[queries.rank - 1], keys.shape[keys.rank - 1])
    let batch = Array(shape.dropLast(2))
    // Heads are put next to each other behind the positions, as the layers behind want them.
    var order = Array(shape.indices)
    if rank >= 4 { order.swapAt(rank - 3, rank - 2) }
    let result = allocate(shape, strides: Strides.dense(shape, order: order))
    var addend: View?
    if attention.hasAddend {
      let given = view(of: inputs[3])
      let own = Array(given.shape.dropLast(min(2, given.rank)))
      // Only the last two dimensions are written out in full.
      let full = given.broadcast(to: own + [t, s])
      addend = rowMajor(full)
    }
    let places = [queries, keys, values, result].map {
      Lowering.batchOffsets($0, batch: batch)
    }
    let addendPlaces = addend.map { Lowering.batchOffsets($0, batch: batch) }
    let queryStride = t > 1 ? queries.strides[queries.rank - 2] : d
    func strides(_ view: View) -> (row: Int, column: Int) {
      (
        view.shape[view.rank - 2] > 1 ? view.strides[view.rank - 2] : 0,
        view.shape[view.rank - 1] > 1 ? view.strides[view.rank - 1] : 1
      )
    }
    let (keyStrides, valueStrides) = (strides(keys), strides(values))
    let outputStride = t > 1 ? result.strides[rank - 2] : e
    // Rows of scores end on a whole panel, and not on a multiple of 4 kB.
    let scoreStride = (s + 15) / 16 * 16 + 16
    let sizes = [
      panelFloats(k: d, n: s) + readMargin, panelFloats(k: s, n: e) + readMargin,
      attentionRows * scoreStride + readMargin,
    ]
    let views = [queries, keys, values, result] + [addend].compactMap { $0 }
    addStep(
      "attention", using: views, scratch: sizes.reduce(0, +) + panelScratchFloats
    ) { memory in
      let (q, k, v) = (memory.pointer(queries), memory.pointer(keys), memory.pointer(values))
      let output = memory.mutable(result)
      let added = addend.map(memory.pointer)
      let keyPanels = memory.scratch
      let valuePanels = keyPanels + sizes[0]
      let scores = valuePanels + sizes[1]
      let scratch = scores + sizes[2]
      return {
        for index in 0..<places[0].count {
          packPanels(
            k + places[1][index], rowStride: keyStrides.row, columnStride: keyStrides.column,
            k: d, n: s, into: keyPanels)
          packPanels(
            v + places[2][index], rowStride: valueStrides.row, columnStride: valueStrides.column,
            k: s, n: e, into: valuePanels)
          var row = 0
          while row < t {
            let rows = min(attentionRows, t - row)
            panelProduct(
              q + places[0][index] + row * queryStride, leftStride: queryStride,
              panels: keyPanels, bias: nil, into: scores, outputStride: scoreStride, m: rows,
              n: s, k: d, scratch: scratch)
            softmaxRows(
              scores, scale: attention.scale,
              addend: added.map { $0 + addendPlaces![index] + row * s }, into: scores, rows: rows,
              columns: s, stride: scoreStride)
            panelProduct(
              scores, leftStride: scoreStride, panels: valuePanels, bias: nil,
              into: output + places[3][index] + row * outputStride, outputStride: outputStride,
              m: rows, n: e, k: s, scratch: scratch)
            row += rows
          }
        }
      }
    }
    return result
  }
}
