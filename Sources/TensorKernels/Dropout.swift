import RandomStreams

/// output = input with each value dropped with probability `rate` and the others scaled by 1/(1 − rate).
///
/// The mask is a function of the stream and the position, so the backward pass draws it again: call it
/// with the gradient as `input`. Source: Srivastava et al., JMLR 15, 2014.
public func dropout(
  _ input: UnsafePointer<Float>, rate: Double, stream: RandomStream,
  into output: UnsafeMutablePointer<Float>, count: Int
) {
  var stream = stream
  let scale = Float(1 / (1 - rate))
  for i in 0..<count { output[i] = stream.uniform() < rate ? 0 : input[i] * scale }
}
