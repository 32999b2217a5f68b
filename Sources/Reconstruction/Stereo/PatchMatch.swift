import LinearMath
import Work

/// Depth of one view by trying planes: its neighbours' and altered ones, and keeping what makes the pictures agree best
/// (Bleyer, Rhemann, Rother, "PatchMatch stereo", 2011; the checkerboard order of Galliani, Lasinger, Schindler,
/// "Massively parallel multiview stereopsis by surface normal diffusion", 2015).
///
/// Unlike there, the search begins at the visual hull and never leaves it, and of the other views the best half counts,
/// so that occlusion needs no map of its own.
struct PatchMatch {
  private let own: StereoView
  private let others: [StereoView]
  private let poses: [RelativePose]
  private(set) var map: DepthMap
  private let start: DepthMap
  private var dice: SeededGenerator
  /// For each pixel the other views that count, a bit each.
  private var chosen: [UInt8]

  /// - Parameter start: the hull as the view sees it.
  init(_ own: StereoView, _ others: [StereoView], start: DepthMap, dice: SeededGenerator) {
    (self.own, self.others, self.start, self.dice) = (own, others, start, dice)
    poses = others.map { RelativePose(from: own.camera, to: $0.camera) }
    map = start
    chosen = [UInt8](repeating: .max, count: start.depth.count)
  }

  /// - Parameters:
  ///   - guess: planes found at half the size.
  ///   - rounds: how often every pixel is looked at.
  ///   - reach: how far depth is altered in the first round, as a part of the way through the hull.
  mutating func run(guess: DepthMap?, rounds: Int, reach: Float) {
    for pixel in map.depth.indices where start.depth[pixel] > 0 {
      let patch = patch(pixel)
      map.cost[pixel] = cost(patch, pixel, start.depth[pixel], start.normal[pixel])
      if let guess, let plane = plane(of: guess, at: pixel) {
        consider(patch, pixel, plane.depth, plane.normal)
        // What hides the pixel from a view is known by now.
        chosen[pixel] = best(
          patch, pixel, map.depth[pixel], map.normal[pixel], count: wanted)
      }
    }
    for round in 0..<rounds {
      for color in 0..<2 {
        for y in 0..<map.height {
          for x in stride(from: (y + color) % 2, to: map.width, by: 2) {
            let pixel = y * map.width + x
            // Better than that cannot be told from as good.
            if start.depth[pixel] > 0 && map.cost[pixel] > Self.perfect {
              improve(pixel, x, y, round, reach)
            }
          }
        }
      }
      if guess == nil && round == 1 { chooseViews() }
    }
  }

  private static let perfect: Float = 0.0015

  /// What hides a pixel from a view is known well enough to leave the worst views out.
  private mutating func chooseViews() {
    for pixel in map.depth.indices where start.depth[pixel] > 0 && map.cost[pixel] > Self.perfect {
      chosen[pixel] = best(
        patch(pixel), pixel, map.depth[pixel], map.normal[pixel], count: wanted + 1)
    }
  }

  /// Leaves the hull only where the pictures say so: where its own plane fits nearly as well as the best one, nothing is
  /// known, unless the two are the same.
  mutating func forgetWhatProvesNothing() {
    for pixel in map.depth.indices where start.depth[pixel] > 0 {
      let hull = start.depth[pixel]
      let near = abs(map.depth[pixel] - hull) * own.camera.focal.x < 1.5 * hull
      if near { continue }
      let other = cost(patch(pixel), pixel, hull, start.normal[pixel])
      if map.cost[pixel] > min(0.6 * other - 0.005, other - 0.02) { map.cost[pixel] = 2 }
    }
  }

  private func ray(_ pixel: Int) -> SIMD3<Float> {
    let place = SIMD2(Float(pixel % map.width) + 0.5, Float(pixel / map.width) + 0.5)
    return SIMD3((place - own.camera.center) / own.camera.focal, 1)
  }

  private func patch(_ pixel: Int) -> ReferencePatch {
    ReferencePatch(own.luma, x: pixel % map.width, y: pixel / map.width)
  }

  /// The plane that a map of half the size has here.
  private func plane(of guess: DepthMap, at pixel: Int) -> (depth: Float, normal: SIMD3<Float>)? {
    let x = min(pixel % map.width / 2, guess.width - 1)
    let y = min(pixel / map.width / 2, guess.height - 1)
    let at = y * guess.width + x
    guard guess.depth[at] > 0 else { return nil }
    let normal = guess.normal[at]
    let there = SIMD3(
      (SIMD2(Float(2 * x) + 1, Float(2 * y) + 1) - own.camera.center) / own.camera.focal, 1)
    let slope = normal.dot(ray(pixel))
    guard slope < -1e-3 else { return nil }
    return (guess.depth[at] * normal.dot(there) / slope, normal)
  }

  /// How many of the other views count: the best half.
  private var wanted: Int { max(1, min(4, (others.count + 1) / 2)) }

  private func cost(
    _ patch: ReferencePatch, _ pixel: Int, _ depth: Float, _ normal: SIMD3<Float>
  ) -> Float {
    let ray = ray(pixel)
    var best = InlineArray<4, Float>(repeating: 2)
    let wanted = wanted
    for index in others.indices where chosen[pixel] >> UInt8(index) & 1 == 1 {
      var cost = patch.cost(
        depth: depth, normal: normal, ray: ray, own.camera, others[index], poses[index])
      for place in 0..<wanted where cost < best[place] { swap(&cost, &best[place]) }
    }
    var sum = Float(0)
    for place in 0..<wanted { sum += best[place] }
    return sum / Float(wanted)
  }

  /// The views that a plane fits best.
  private func best(
    _ patch: ReferencePatch, _ pixel: Int, _ depth: Float, _ normal: SIMD3<Float>, count: Int
  ) -> UInt8 {
    let ray = ray(pixel)
    let costs = others.indices.map {
      patch.cost(depth: depth, normal: normal, ray: ray, own.camera, others[$0], poses[$0])
    }
    return others.indices.sorted { (costs[$0], $0) < (costs[$1], $1) }.prefix(count)
      .reduce(0) { $0 | 1 << UInt8($1) }
  }

  /// Takes a plane where it is within the hull, seen from the front, and better.
  private mutating func consider(
    _ patch: ReferencePatch, _ pixel: Int, _ depth: Float, _ normal: SIMD3<Float>
  ) {
    let margin = 0.01 + 0.02 * (start.limit[pixel] - start.depth[pixel])
    guard depth > start.depth[pixel] - margin, depth < start.limit[pixel] + margin,
      normal.dot(ray(pixel)) < -0.1
    else { return }
    let cost = cost(patch, pixel, depth, normal)
    if cost < map.cost[pixel] {
      (map.cost[pixel], map.depth[pixel], map.normal[pixel]) = (cost, depth, normal)
    }
  }

  private mutating func improve(_ pixel: Int, _ x: Int, _ y: Int, _ round: Int, _ reach: Float) {
    let patch = patch(pixel)
    let here = ray(pixel)
    for (dx, dy) in [(-1, 0), (1, 0), (0, -1), (0, 1), (-5, 0), (5, 0), (0, -5), (0, 5)] {
      // Far neighbours while all is open.
      if abs(dx + dy) > 1 && (round > 1 || reach < 0.1) { continue }
      let (nx, ny) = (x + dx, y + dy)
      guard nx >= 0, ny >= 0, nx < map.width, ny < map.height else { continue }
      let other = ny * map.width + nx
      guard map.depth[other] > 0, map.normal[other] != map.normal[pixel] || map.cost[pixel] > 0.02
      else { continue }
      let normal = map.normal[other]
      let slope = normal.dot(here)
      guard slope < -1e-3 else { continue }
      consider(patch, pixel, map.depth[other] * normal.dot(ray(other)) / slope, normal)
    }
    let through = start.limit[pixel] - start.depth[pixel]
    if reach >= 0.1 && round < 2 {
      let anywhere = start.depth[pixel] + Float(dice.unit()) * through
      consider(patch, pixel, anywhere, turned(map.normal[pixel], by: 1))
    }
    // Ever smaller changes; the last are of a tenth of a pixel or so.
    var size = reach
    for _ in 0..<round { size /= 3 }
    let step = max(size * through, 0.2 * map.depth[pixel] / own.camera.focal.x)
    let moved = map.depth[pixel] + (2 * Float(dice.unit()) - 1) * step
    consider(patch, pixel, moved, map.normal[pixel])
    consider(patch, pixel, map.depth[pixel], turned(map.normal[pixel], by: min(0.5, 4 * size)))
    let again = map.depth[pixel] + (2 * Float(dice.unit()) - 1) * step / 3
    consider(patch, pixel, again, turned(map.normal[pixel], by: min(0.25, 2 * size)))
  }

  /// A normal up to so far beside another.
  private mutating func turned(_ normal: SIMD3<Float>, by size: Float) -> SIMD3<Float> {
    var side = SIMD3<Float>.zero
    for axis in 0..<3 { side[axis] = (2 * Float(dice.unit()) - 1) * size }
    return (normal + side).normalized
  }
}
