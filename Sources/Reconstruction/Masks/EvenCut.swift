/// The cut of a picture into object and background whose border is short, runs along edges, and fits what each pixel
/// looks like: the convex form, min over u in 0...1 of Σ weight |∇u| + Σ cost u, of which any threshold is the best cut
/// (Chan, Esedoglu, Nikolova, "Algorithms for finding global minimizers of image segmentation and denoising models",
/// 2006), by the primal-dual method of Chambolle and Pock, "A first-order primal-dual algorithm for convex problems",
/// 2011.
enum EvenCut {
  /// - Parameters:
  ///   - object: the guess to begin with, and the result: 0 background, 1 object.
  ///   - cost: what a pixel costs as object; negative where it looks like it.
  ///   - weight: what a border costs at a pixel.
  static func solve(
    _ object: inout [Float], cost: [Float], weight: [Float], width: Int, height: Int, rounds: Int
  ) {
    let step: Float = 0.35
    var right = [Float](repeating: 0, count: object.count)
    var down = right
    var ahead = object
    for _ in 0..<rounds {
      for y in 0..<height {
        for x in 0..<width {
          let at = y * width + x
          let here = ahead[at]
          let r = right[at] + (x + 1 < width ? step * (ahead[at + 1] - here) : 0)
          let d = down[at] + (y + 1 < height ? step * (ahead[at + width] - here) : 0)
          let long = (r * r + d * d).squareRoot()
          let scale = long > weight[at] ? weight[at] / long : 1
          (right[at], down[at]) = (r * scale, d * scale)
        }
      }
      for y in 0..<height {
        for x in 0..<width {
          let at = y * width + x
          let flow =
            right[at] - (x > 0 ? right[at - 1] : 0) + down[at] - (y > 0 ? down[at - width] : 0)
          let old = object[at]
          let new = min(max(old + step * (flow - cost[at]), 0), 1)
          object[at] = new
          ahead[at] = 2 * new - old
        }
      }
    }
  }
}
