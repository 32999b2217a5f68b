import LinearMath
import Views

/// Turns one tile after another into a picture: what is seen, then what it looks like.
struct TilePainter {
  private let view: SoftwareView
  private var buffer: TileBuffer
  private var queue = ShadingQueue()
  private var blending: TileBlending
  /// For each pixel color times coverage, and coverage, summed over the samples.
  private var sums: [SIMD4<Float>]
  /// For each pixel the normal at its centre.
  private var normals: [SIMD3<Float>]
  /// For each pixel the nearness of the surface that counts at its centre; 0 for none.
  private var centers: [Float]

  init(_ view: SoftwareView) {
    self.view = view
    buffer = TileBuffer(view.pattern)
    blending = TileBlending(view.pattern)
    let pixels = TileBuffer.side * TileBuffer.side
    sums = Array(repeating: .zero, count: pixels)
    normals = Array(repeating: .zero, count: pixels)
    centers = Array(repeating: 0, count: pixels)
  }

  /// Paints the tile in a row and column of tiles into a band of the picture.
  mutating func paint(row: Int, column: Int, into band: inout PictureBand) {
    let (solid, blended) = (view.solidBins[row, column], view.blendedBins[row, column])
    if solid.isEmpty && blended.isEmpty { return }
    let side = TileBuffer.side
    let tile = SIMD2(Int32(column * side), Int32(row * side))
    let size = SIMD2(
      Int32(min(side, view.lens.width - column * side)),
      Int32(min(side, view.lens.height - row * side)))
    clear()
    draw(solid, tile, size)
    takeCenters()
    blend(blended, tile, size)
    ask(tile)
    shade()
    band.resolve(
      sums: sums, normals: normals, centers: centers, blended: blending, tile: tile, size: size,
      samples: view.pattern.count, view)
    if !view.layers.isEmpty { fillLayers(tile, size, &band) }
  }

  private mutating func fillLayers(
    _ tile: SIMD2<Int32>, _ size: SIMD2<Int32>, _ band: inout PictureBand
  ) {
    var layers = TileLayers(view, tile: tile, size: size)
    for row in 0..<Int(size.y) {
      for column in 0..<Int(size.x) {
        let pixel = row * TileBuffer.side + column
        if centers[pixel] == 0 { continue }
        if let triangle = blending.front(pixel) {
          layers.ask(pixel, blended: triangle)
        } else {
          let start = buffer.index(row: row, run: column / 8)
          layers.ask(pixel, solid: buffer.owners[start][column % 8] - 1)
        }
      }
    }
    layers.fill(&band, sums: sums, normals: normals, centers: centers)
  }

  private mutating func clear() {
    buffer.clear()
    queue.removeAll()
    blending.clear()
    for pixel in sums.indices {
      sums[pixel] = .zero
      normals[pixel] = .zero
    }
  }

  private mutating func draw(
    _ numbers: ArraySlice<UInt32>, _ tile: SIMD2<Int32>, _ size: SIMD2<Int32>
  ) {
    for number in numbers {
      let triangle = view.solid[Int(number)]
      guard let coverage = TriangleCoverage(triangle, tile: tile, size: size) else { continue }
      let surface = view.scene.surfaces[triangle.surface]
      guard let cutoff = surface.material.maskCutoff else {
        buffer.draw(coverage, number: number)
        continue
      }
      buffer.draw(coverage, number: number) { [view] row, run, sample, _ in
        let place = view.places(tile, row: row, run: run, view.pattern.offsets[sample])
        let points = ShadingPoints(
          surface, view.solid, SIMD8(repeating: number), place.x, place.y)
        var footprint: MapFootprint?
        return SurfaceShading.baseColor(surface.material, points, &footprint).w .>= cutoff
      }
    }
  }

  /// Keeps how near the pixels' centres are.
  private mutating func takeCenters() {
    for row in 0..<TileBuffer.side {
      for run in 0..<TileBuffer.runs {
        let near = buffer.nearness[buffer.index(row: row, run: run)]
        for lane in 0..<8 { centers[row * TileBuffer.side + run * 8 + lane] = near[lane] }
      }
    }
  }

  private mutating func blend(
    _ numbers: ArraySlice<UInt32>, _ tile: SIMD2<Int32>, _ size: SIMD2<Int32>
  ) {
    if numbers.isEmpty { return }
    for number in numbers {
      let triangle = view.blended[Int(number)]
      guard let coverage = TriangleCoverage(triangle, tile: tile, size: size) else { continue }
      blending.add(buffer, coverage, number: number)
    }
    blending.composite(view, buffer, tile, &sums, &normals, &centers)
  }

  /// Asks for what each pixel shows to be shaded: once for all its samples where they lie on one smooth
  /// surface, else once for each that they lie on.
  private mutating func ask(_ tile: SIMD2<Int32>) {
    let samples = view.pattern.count
    for row in 0..<TileBuffer.side {
      for run in 0..<TileBuffer.runs {
        let start = buffer.index(row: row, run: run)
        let first = buffer.owners[start]
        var differs = first .!= first
        var isThere = first .!= 0
        for sample in 1..<max(samples, 1) {
          let owner = buffer.owners[start + sample]
          differs = differs .| owner .!= first
          isThere = isThere .| owner .!= 0
        }
        if !any(isThere) { continue }
        let place = SIMD2<Float>(
          Float(tile.x) + Float(run * 8) + 0.5, Float(tile.y) + Float(row) + 0.5)
        let pixel = row * TileBuffer.side + run * 8
        for lane in 0..<8 where isThere[lane] {
          let center = SIMD2(place.x + Float(lane), place.y)
          if differs[lane] {
            askEach(start, lane, pixel + lane, center)
          } else {
            let weight = blending.light(pixel: pixel + lane, samples: ~0)
            request(first[lane] - 1, center, pixel + lane, weight, isCenter: true)
          }
        }
      }
    }
  }

  /// Groups a pixel's samples by what they lie on.
  private mutating func askEach(_ start: Int, _ lane: Int, _ pixel: Int, _ center: SIMD2<Float>) {
    var groups = InlineArray<16, (owner: UInt32, samples: UInt32)>(repeating: (0, 0))
    var count = 0
    for sample in 0..<view.pattern.count {
      let owner = buffer.owners[start + sample][lane]
      if owner == 0 { continue }
      var group = 0
      while group < count, !isSame(groups[group].owner, owner) { group += 1 }
      if group == count {
        groups[count] = (owner, 0)
        count += 1
      }
      groups[group].samples |= 1 << UInt32(sample)
    }
    for group in 0..<count {
      let (owner, samples) = groups[group]
      let weight = blending.light(pixel: pixel, samples: samples)
      if samples & 1 != 0 {
        request(owner - 1, center, pixel, weight, isCenter: true)
        continue
      }
      // In the middle of those that lie on the very triangle, so inside it.
      var (sum, own) = (SIMD2<Float>.zero, Float(0))
      for sample in 0..<view.pattern.count where buffer.owners[start + sample][lane] == owner {
        sum += view.pattern.offsets[sample]
        own += 1
      }
      request(owner - 1, center + sum / own, pixel, weight, isCenter: false)
    }
  }

  private func isSame(_ a: UInt32, _ b: UInt32) -> Bool {
    a == b || view.solid[Int(a) - 1].continues(view.solid[Int(b) - 1])
  }

  @inline(__always)
  private mutating func request(
    _ triangle: UInt32, _ place: SIMD2<Float>, _ pixel: Int, _ weight: Float, isCenter: Bool
  ) {
    queue.append(
      ShadingRequest(
        triangle: triangle, place: place, target: UInt32(pixel), weight: weight,
        isCenter: isCenter), surface: view.solid[Int(triangle)].surface)
  }

  private mutating func shade() {
    queue.forEachEight(view.solid, view) { requests, looks in
      for (lane, request) in requests.enumerated() {
        let pixel = Int(request.target)
        sums[pixel] += SIMD4(looks.color(lane), 1) * request.weight
        if request.isCenter && !blending.isInFront(pixel) { normals[pixel] = looks.normal(lane) }
      }
    }
  }
}
