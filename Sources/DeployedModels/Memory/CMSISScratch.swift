// The scratch buffers that CMSIS-NN asks for, int8 only (arm_convolve_get_buffer_sizes_s8.c,
// arm_depthwise_conv_get_buffer_sizes_s8.c, arm_avgpool_get_buffer_sizes_s8.c,
// arm_fully_connected_get_buffer_sizes_s8.c of CMSIS-NN, July 2026; built by GCC), and what its kernels of TensorFlow Lite
// Micro add. A buffer of no bytes is not asked for.

extension MicroRuntime {
  /// Returns the scratch buffers of an operator's kernel from CMSIS-NN: none, or one.
  func cmsisScratch(of step: DeployedOperator, in model: DeployedModel) -> [Int] {
    guard kernels != .reference, let first = step.inputs.first,
      model.tensors[first].type == .int8
    else { return [] }
    let bytes: Int
    switch step.kind {
    case .convolution(let window): bytes = convolutionScratch(step, window, model)
    case .depthwiseConvolution(let window): bytes = depthwiseScratch(step, window, model)
    case .averagePool: bytes = kernels == .cmsisNNDSP ? 4 * model.tensors[first].channels : 0
    case .fullyConnected:
      // A dense layer over more than a vector runs as a pointwise convolution, whose multipliers of each channel
      // are made anew.
      let (depth, output) = (model.tensors[step.inputs[1]].channels, model.tensors[step.output])
      bytes = output.shape.count > 2 && depth % 4 == 0 ? 8 * output.channels : 0
    case .add, .multiply, .maxPool, .mean, .reshape, .pad, .transpose, .softmax, .logistic, .relu,
      .relu6,
      .hardSwish, .gelu, .quantize, .dequantize:
      bytes = 0
    }
    return bytes > 0 ? [bytes] : []
  }

  /// Returns the sums of weights that a dense layer keeps with Helium, built for speed as it is by default.
  func cmsisSumArrays(of step: DeployedOperator, in model: DeployedModel) -> [Int] {
    let output = model.tensors[step.output]
    let runsAsConvolution =
      output.shape.count > 2 && model.tensors[step.inputs[1]].channels % 4 == 0
    return kernels == .cmsisNNHelium && output.type == .int8 && !runsAsConvolution
      ? [4 * output.channels] : []
  }

  private func convolutionScratch(
    _ step: DeployedOperator, _ window: Window, _ model: DeployedModel
  ) -> Int {
    let (image, filter) = (model.tensors[step.inputs[0]].shape, model.tensors[step.inputs[1]].shape)
    let extent = window.extent(height: image[1], width: image[2])
    let isWhole = image[3] == filter[3]
    if extent.top == 0, extent.left == 0, window.height == 1, window.width == 1, isWhole {
      return 0
    }
    let column = image[3] * window.height * window.width
    guard kernels == .cmsisNNHelium else { return 4 * column.rounded(upTo: 4) }
    let general = 4 * column.rounded(upTo: 16)
    guard image[1] == 1, window.height == 1, isWhole, window.strideX * image[3] % 4 == 0 else {
      return general
    }
    return rowScratch(width: image[2], channels: image[3], window, extent) ?? general
  }

  /// Returns the scratch of a convolution along a row of pixels with Helium; nil where the general one is used.
  private func rowScratch(
    width: Int, channels: Int, _ window: Window, _ extent: WindowExtent
  ) -> Int? {
    let stride = window.strideX
    let extra = ((extent.width - 1) * stride + window.width - width) % 2
    let positions = { (zeros: Int) in zeros == 0 ? 0 : max(1, (zeros + stride - 1) / stride) }
    let (left, right) = (positions(extent.left), positions(extent.left + extra))
    guard left + right <= extent.width else { return nil }
    let (zerosLeft, taps) = (extent.left * channels, window.width * channels)
    let zerosRight = extra == 0 ? zerosLeft : right * channels
    return max(taps + zerosLeft, taps - channels + zerosRight)
  }

  private func depthwiseScratch(
    _ step: DeployedOperator, _ window: Window, _ model: DeployedModel
  ) -> Int {
    let image = model.tensors[step.inputs[0]].shape
    let (channels, taps) = (model.tensors[step.output].channels, window.height * window.width)
    if kernels == .cmsisNNHelium, image[3] == 1, channels > 8 {
      // It runs as a convolution of one input channel, whose weights are copied first.
      return convolutionScratch(step, window, model) + taps * channels
    }
    guard image[3] == channels else { return 0 }
    let extent = window.extent(height: image[1], width: image[2])
    switch kernels {
    case .cmsisNNHelium: return 4 * 124 * taps
    case .cmsisNNDSP:
      let isSpecial =
        window.height == 3 && window.width == 3 && extent.top <= 1 && extent.left <= 1
      return isSpecial ? 0 : 2 * channels * taps
    case .cmsisNN, .reference: return 0
    }
  }
}
