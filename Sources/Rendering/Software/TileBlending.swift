import LinearMath

/// What of blended surfaces lies before the solid ones of a tile, exact for each sample: nearest first,
/// whatever triangle it belongs to.
struct TileBlending {
  /// A blended triangle in a pixel.
  private struct Fragment {
    let triangle: UInt32
    let pixel: UInt32
    /// One bit a sample.
    var samples: UInt32
    var color: SIMD4<Float> = .zero
    var normal: SIMD3<Float> = .zero
  }

  private let pattern: SamplePattern
  private var fragments: [Fragment] = []
  /// Samples of the triangle that is being added, pixel by pixel, and the pixels that have some.
  private var covered: [UInt32]
  private var touched: [Int] = []
  /// For each pixel and sample the share of the light from behind that comes through; empty for all.
  private var through: [Float] = []
  /// For each pixel at whose centre a blended surface counts as the first, its triangle's number plus one.
  private var front: [UInt32]
  private var mixed: [Bool]

  init(_ pattern: SamplePattern) {
    self.pattern = pattern
    let pixels = TileBuffer.side * TileBuffer.side
    covered = Array(repeating: 0, count: pixels)
    front = Array(repeating: 0, count: pixels)
    mixed = Array(repeating: false, count: pixels)
  }

  mutating func clear() {
    if fragments.isEmpty { return }
    fragments.removeAll(keepingCapacity: true)
    through.removeAll(keepingCapacity: true)
    for pixel in front.indices { (front[pixel], mixed[pixel]) = (0, false) }
  }

  /// How much of a solid surface's light in some of a pixel's samples comes through, in samples.
  @inline(__always)
  func light(pixel: Int, samples: UInt32) -> Float {
    let all: UInt32 = 1 << UInt32(pattern.count) - 1
    if through.isEmpty { return Float((samples & all).nonzeroBitCount) }
    var sum: Float = 0
    for sample in 0..<pattern.count where samples >> UInt32(sample) & 1 != 0 {
      sum += through[pixel * pattern.count + sample]
    }
    return sum
  }

  func isInFront(_ pixel: Int) -> Bool { front[pixel] != 0 }

  /// The blended triangle that counts as the first at a pixel's centre.
  func front(_ pixel: Int) -> UInt32? { front[pixel] == 0 ? nil : front[pixel] - 1 }

  /// Whether a pixel has samples that are neither there nor not there.
  func isBlended(_ pixel: Int) -> Bool { mixed[pixel] }

  mutating func add(_ buffer: TileBuffer, _ coverage: TriangleCoverage, number: UInt32) {
    buffer.forEachSeen(coverage) { row, run, sample, lanes, _ in
      for lane in 0..<8 where lanes[lane] {
        let pixel = row * TileBuffer.side + run * 8 + lane
        if covered[pixel] == 0 { touched.append(pixel) }
        covered[pixel] |= 1 << UInt32(sample)
      }
    }
    for pixel in touched {
      fragments.append(
        Fragment(triangle: number, pixel: UInt32(pixel), samples: covered[pixel]))
      covered[pixel] = 0
    }
    touched.removeAll(keepingCapacity: true)
  }

  /// Shades the fragments and lays them over one another: adds their light to the sums, and keeps what comes
  /// through. A centre where one counts as the surface gets its nearness and normal.
  mutating func composite(
    _ view: SoftwareView, _ buffer: TileBuffer, _ tile: SIMD2<Int32>,
    _ sums: inout [SIMD4<Float>], _ normals: inout [SIMD3<Float>], _ centers: inout [Float]
  ) {
    if fragments.isEmpty { return }
    shade(view, tile)
    through = Array(repeating: 1, count: TileBuffer.side * TileBuffer.side * pattern.count)
    // Of one pixel side by side; within it still in the order of the triangles.
    let order = fragments.indices.sorted {
      fragments[$0].pixel != fragments[$1].pixel
        ? fragments[$0].pixel < fragments[$1].pixel : $0 < $1
    }
    var start = 0
    while start < order.count {
      let pixel = fragments[order[start]].pixel
      var end = start
      while end < order.count, fragments[order[end]].pixel == pixel { end += 1 }
      layer(view, buffer, tile, Int(pixel), Array(order[start..<end]), &sums, &normals, &centers)
      start = end
    }
  }

  private func place(_ pixel: UInt32, _ tile: SIMD2<Int32>) -> SIMD2<Float> {
    let side = UInt32(TileBuffer.side)
    return SIMD2(
      Float(tile.x) + Float(pixel % side) + 0.5, Float(tile.y) + Float(pixel / side) + 0.5)
  }

  private mutating func shade(_ view: SoftwareView, _ tile: SIMD2<Int32>) {
    var queue = ShadingQueue()
    for (index, fragment) in fragments.enumerated() {
      var offset = SIMD2<Float>.zero
      if fragment.samples & 1 == 0 {
        for sample in 0..<pattern.count where fragment.samples >> UInt32(sample) & 1 != 0 {
          offset += pattern.offsets[sample]
        }
        offset /= Float(fragment.samples.nonzeroBitCount)
      }
      queue.append(
        ShadingRequest(
          triangle: fragment.triangle, place: place(fragment.pixel, tile) + offset,
          target: UInt32(index), weight: 1, isCenter: false),
        surface: view.blended[Int(fragment.triangle)].surface)
    }
    queue.forEachEight(view.blended, view) { requests, looks in
      for (lane, request) in requests.enumerated() {
        fragments[Int(request.target)].color = SIMD4(looks.color(lane), looks.alpha(lane))
        fragments[Int(request.target)].normal = looks.normal(lane)
      }
    }
  }

  /// Composites one pixel's fragments, sample by sample.
  private mutating func layer(
    _ view: SoftwareView, _ buffer: TileBuffer, _ tile: SIMD2<Int32>, _ pixel: Int,
    _ members: [Int],
    _ sums: inout [SIMD4<Float>], _ normals: inout [SIMD3<Float>], _ centers: inout [Float]
  ) {
    let center = place(UInt32(pixel), tile)
    for sample in 0..<pattern.count {
      let place = center + pattern.offsets[sample]
      var layers: [(nearness: Float, fragment: Int)] = []
      for index in members where fragments[index].samples >> UInt32(sample) & 1 != 0 {
        let plane = view.blended[Int(fragments[index].triangle)]
        let across = place - SIMD2(plane.x.x, plane.y.x)
        let exact =
          plane.nearness.x + plane.nearness.y * across.x + plane.nearness.z * across.y
        let nearness = min(max(exact, plane.nearness.w), plane.second.w)
        layers.append((nearness, index))
      }
      layers.sort {
        $0.nearness != $1.nearness ? $0.nearness > $1.nearness : $0.fragment < $1.fragment
      }
      var rest: Float = 1
      for (nearness, index) in layers {
        let fragment = fragments[index]
        let alpha = fragment.color.w
        sums[pixel] += SIMD4(fragment.color.xyz, 1) * (alpha * rest)
        rest *= 1 - alpha
        let surface = view.blended[Int(fragment.triangle)].surface
        if sample == 0, front[pixel] == 0,
          alpha >= view.scene.surfaces[surface].material.blendedCutoff
        {
          front[pixel] = fragment.triangle + 1
          centers[pixel] = nearness
          normals[pixel] = fragment.normal
        }
      }
      through[pixel * pattern.count + sample] = rest
      let run = pixel / 8
      let owner = buffer.owners[run * pattern.count + sample][pixel % 8]
      let alpha = owner == 0 ? 1 - rest : 1
      if alpha > 0.01 && alpha < 0.99 { mixed[pixel] = true }
    }
  }
}
