import Foundation
import NeuralNetworks

/// A student's layers from the input on the left to the logits on the right: each is as wide as its share of
/// the first device's latency (of the MACs without a device), and as high as its output's side.
struct LayerChart: Sendable {
  let trial: Int
  let layers: LayerTable

  private static let (width, plotHeight, left, top) = (760.0, 96.0, 24.0, 40.0)
  /// A gap between two layers.
  private static let gap = 2.0

  /// Returns the drawing.
  func drawing() -> Markup {
    let shares = layers.layers.map { $0.latencyShares.first ?? $0.macShare }
    let sum = max(1e-9, shares.reduce(0, +))
    let room = LayerChart.width - 2 * LayerChart.left - LayerChart.gap * Double(shares.count)
    let base = LayerChart.top + LayerChart.plotHeight
    let largest = layers.layers.map { side($0.kernel.outputShape) }.max() ?? 1
    var x = LayerChart.left
    var parts: [Markup] = []
    for (layer, share) in zip(layers.layers, shares) {
      let width = max(1, room * share / sum)
      let height = max(
        6, LayerChart.plotHeight * side(layer.kernel.outputShape) / max(1, largest))
      parts.append(
        SVG.group(
          "\(layer.name): \(share.percent(1)) %",
          [
            SVG.rectangle(
              LayerChart.look(layer.kernel.kind), x: x, y: base - height, width: width,
              height: height)
          ]))
      x += width + LayerChart.gap
    }
    let title =
      "Layers of trial \(trial): width is the share of "
      + (layers.devices.first.map { "the latency on \($0)" } ?? "MACs")
    let height = base + 34
    return SVG.drawing(
      name: "layers-\(trial)", width: LayerChart.width, height: height, title: title,
      description: "The table below holds the same numbers.",
      [
        SVG.rectangle("paper", x: 0, y: 0, width: LayerChart.width, height: height),
        SVG.text("heading", title, x: LayerChart.left, y: 24),
      ] + parts + legend(y: base + 22))
  }

  private func side(_ shape: TensorShape) -> Double {
    log2(1 + Double(max(shape.height, shape.width)))
  }

  /// The colour of a kind of kernel.
  private static func look(_ kind: InferenceKernel.Kind) -> String {
    switch kind {
    case .convolution, .pointwise: "layer-full"
    case .depthwise: "layer-depthwise"
    case .dense, .squeezeExcitation: "layer-dense"
    default: "layer-other"
    }
  }

  private func legend(y: Double) -> [Markup] {
    let entries = [
      ("layer-full", "convolution, pointwise"), ("layer-depthwise", "depthwise"),
      ("layer-dense", "dense, squeeze-excitation"), ("layer-other", "others"),
    ]
    var x = LayerChart.left
    return entries.flatMap { look, text in
      defer { x += 24 + ChartStyle.width(of: text, size: 12) + 14 }
      return [
        SVG.rectangle(look, x: x, y: y - 9, width: 12, height: 10),
        SVG.text("tick", text, x: x + 18, y: y),
      ]
    }
  }
}
