// The channel shuffle between grouped convolutions: without it no group would ever see another's channels.
//
// Source: Zhang et al., "ShuffleNet", arXiv:1707.01083, section 3.1.

/// output[p, i · groups + g] = input[p, g · n + i], with n = channels / groups: channels in `groups` rows
/// of n, transposed.
///
/// The inverse, and so the gradient, is the shuffle in n groups.
///
/// - Parameters:
///   - input: `[positions, channels]`.
///   - output: `[positions, channels]`; overwritten, and must not overlap `input`.
public func shuffleChannels(
  _ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, positions: Int,
  channels: Int, groups: Int
) {
  let groupChannels = channels / groups
  for p in 0..<positions {
    transpose(
      input + p * channels, into: output + p * channels, rows: groups, columns: groupChannels)
  }
}
