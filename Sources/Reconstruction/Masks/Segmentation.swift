import Glibc
import Imaging
import LinearMath
import Views
public import Work

/// Finds the one object that photographs with cameras were taken around: what they look at is it, what lies far from
/// there is not, and the rest follows from color, edges, and from the views having to agree in space (Campbell,
/// Vogiatzis, Hernández, Cipolla, "Automatic 3D object segmentation in multiple views using volumetric graph-cuts",
/// 2010, with a convex cut a view for the volumetric one).
public struct Segmentation: Sendable {
  /// The views with the object's place as alpha. What was transparent stays so.
  ///
  /// - Parameter views: opaque, three or more, all of which show the object.
  public static func masked(_ views: [SourceView], seed: UInt64, _ work: WorkContext) throws
    -> [SourceView]
  {
    guard views.count >= 3 else {
      throw ReconstructionError(
        "no-mask",
        "the object is found in three or more pictures by itself; give --masks DIR with a picture for each",
        at: views.first?.name ?? "")
    }
    var search = try Segmentation(views, seed: seed, work)
    for round in 0..<5 {
      try search.cut(work)
      try search.agree(round: round)
      search.learn(seed: seed &+ UInt64(round) + 1)
    }
    let found = search
    return try parallelMap(count: views.count, work) { index in
      try work.checkCancelled()
      return found.masked(views[index], index)
    }
  }

  private var sights: [Sight]
  private let center: SIMD3<Float>
  private let radius: Float
  private var object, background: ColorMixture

  private static let longSide = 240

  private init(_ views: [SourceView], seed: UInt64, _ work: WorkContext) throws {
    let cameras = views.map { Projection($0.camera) }
    let center = SIMD3<Float>(try ObjectBox.meeting(of: cameras.map { ($0.eye, $0.ahead) }))
    self.center = center
    // As much as the usual view shows.
    let reaches = cameras.map { camera in
      camera.project(center).depth * 0.5 * Float(min(camera.width, camera.height))
        / max(camera.focal.x, camera.focal.y)
    }.sorted()
    let radius = 0.95 * reaches[reaches.count / 2]
    self.radius = radius
    guard radius > 0 else {
      throw ReconstructionError(
        "no-mask",
        "the cameras look at no common place, so no object can be found; give --masks DIR")
    }
    let sights = try parallelMap(count: views.count, work) { index in
      Self.sight(views[index].image, cameras[index], longSide: Self.longSide, center, radius)
    }
    var (inner, outer): ([SIMD3<Float>], [SIMD3<Float>]) = ([], [])
    for sight in sights {
      for pixel in sight.colors.indices where sight.isShown[pixel] {
        if !sight.mayBe[pixel] { outer.append(sight.colors[pixel]) }
        if Self.share(sight.camera, pixel, center, radius) < 0.35 {
          inner.append(sight.colors[pixel])
        }
      }
    }
    guard inner.count >= 100, outer.count >= 100 else {
      throw ReconstructionError(
        "no-mask",
        "the object fills the pictures, so nothing tells it from what lies around; give --masks DIR"
      )
    }
    self.sights = sights
    object = ColorMixture(someOf: inner, seed: seed)
    background = ColorMixture(someOf: outer, seed: seed)
  }

  /// How far a pixel lies from the middle of the ball that the object is in, as a share of the ball's radius there.
  private static func share(
    _ camera: Projection, _ pixel: Int, _ center: SIMD3<Float>, _ radius: Float
  ) -> Float {
    let place = SIMD2(Float(pixel % camera.width) + 0.5, Float(pixel / camera.width) + 0.5)
    let (middle, depth) = camera.project(center)
    guard depth > 0 else { return .infinity }
    let off = place - middle
    let size = max(camera.focal.x, camera.focal.y) * radius / depth
    return (off * off).sum().squareRoot() / size
  }

  private static func sight(
    _ image: Image, _ camera: Projection, longSide: Int, _ center: SIMD3<Float>, _ radius: Float
  ) -> Sight {
    let field = ColorField(image, longSide: longSide)
    let (width, height) = (field.width, field.height)
    let camera = camera.scaled(toWidth: width, height: height)
    let mayBe = (0..<width * height).map {
      field.isShown[$0] && share(camera, $0, center, radius) < 1
    }
    return Sight(
      camera: camera, field: field, mayBe: mayBe,
      should: mayBe.map { _ in false }, object: mayBe.map { $0 ? 0.5 : 0 })
  }

  /// Each picture by itself.
  private mutating func cut(_ work: WorkContext) throws {
    let current = self
    let cuts = try parallelMap(count: sights.count, work) { index in
      try work.checkCancelled()
      var guess = current.sights[index].object
      current.cut(current.sights[index], &guess, rounds: 150)
      return guess
    }
    for index in sights.indices { sights[index].object = cuts[index] }
  }

  private func cut(_ sight: Sight, _ guess: inout [Float], rounds: Int) {
    sight.field.cut(
      &guess, inside: sight.colorsOfObject ?? object, outside: sight.colorsAround ?? background,
      rounds: rounds
    ) { sight.mayBe[$0] }
  }

  /// Takes away what lies nowhere in space that nearly all views call object.
  private mutating func agree(round: Int) throws {
    let steps = 56
    let width = 2 * radius / Float(steps)
    var isObject = [Bool](repeating: false, count: steps * steps * steps)
    func place(_ index: Int) -> SIMD3<Float> {
      let at = SIMD3(
        Float(index % steps), Float(index / steps % steps), Float(index / (steps * steps)))
      return center - radius + (at + 0.5) * width
    }
    for index in isObject.indices {
      let point = place(index)
      guard (point - center).length < radius else { continue }
      var (seen, agreeing) = (0, 0)
      for sight in sights {
        let (pixel, depth) = sight.camera.project(point)
        guard depth > 0, pixel.x >= 0, pixel.y >= 0, pixel.x < Float(sight.width),
          pixel.y < Float(sight.height)
        else { continue }
        let at = Int(pixel.y) * sight.width + Int(pixel.x)
        guard sight.isShown[at] else { continue }
        seen += 1
        if sight.object[at] > 0.5 { agreeing += 1 }
      }
      // Strict only once the cuts have had time to settle.
      let share = round < 2 ? 0.7 : 0.85
      isObject[index] = seen * 2 >= sights.count && Double(agreeing) >= share * Double(seen)
    }
    let whole = Self.largestPiece(isObject, steps)
    guard !whole.isEmpty else {
      throw ReconstructionError(
        "no-mask",
        "no object stands out from what lies around it; give --masks DIR with a picture for each (white: object)"
      )
    }
    for index in sights.indices {
      let places = whole.map(place)
      let shown = sights[index].isShown
      sights[index].mayBe = zip(sights[index].covered(by: places, 1.5 * width), shown).map {
        $0 && $1
      }
      sights[index].should = zip(sights[index].covered(by: places, 0.5 * width), shown).map {
        $0 && $1
      }
    }
  }

  private static func largestPiece(_ isObject: [Bool], _ steps: Int) -> [Int] {
    var isDone = isObject.map(!)
    var largest: [Int] = []
    for seed in isObject.indices where !isDone[seed] {
      isDone[seed] = true
      var piece = [seed]
      var next = 0
      while next < piece.count {
        let at = piece[next]
        next += 1
        let place = [at % steps, at / steps % steps, at / (steps * steps)]
        for (axis, stride) in [1, steps, steps * steps].enumerated() {
          for way in [-1, 1] where (0..<steps).contains(place[axis] + way) {
            let other = at + way * stride
            if isDone[other] { continue }
            isDone[other] = true
            piece.append(other)
          }
        }
      }
      if piece.count > largest.count { largest = piece }
    }
    return largest
  }

  /// The colors of what is now taken for the object, and of the rest; of all pictures, and of each.
  private mutating func learn(seed: UInt64) {
    var (inner, outer): ([SIMD3<Float>], [SIMD3<Float>]) = ([], [])
    for index in sights.indices {
      let sight = sights[index]
      let shown = sight.colors.indices.filter { sight.isShown[$0] }
      let own = shown.filter { sight.should[$0] }.map { sight.colors[$0] }
      let around = shown.filter { !sight.mayBe[$0] }.map { sight.colors[$0] }
      inner += shown.filter { sight.mayBe[$0] && sight.object[$0] > 0.5 }.map { sight.colors[$0] }
      outer += shown.filter { !sight.mayBe[$0] || sight.object[$0] <= 0.5 }.map { sight.colors[$0] }
      if own.count > 400 && around.count > 400 {
        sights[index].colorsOfObject = ColorMixture(someOf: own, seed: seed)
        sights[index].colorsAround = ColorMixture(someOf: around, seed: seed)
      }
    }
    if inner.count < 100 || outer.count < 100 { return }
    object = ColorMixture(someOf: inner, seed: seed)
    background = ColorMixture(someOf: outer, seed: seed)
  }

  /// The cut again in a larger picture, and its border to the whole one.
  private func masked(_ view: SourceView, _ index: Int) -> SourceView {
    let small = sights[index]
    var large = Self.sight(
      view.image, Projection(view.camera), longSide: 3 * Self.longSide, center, radius)
    func enlarged(_ marks: [Bool]) -> [Bool] {
      zip(
        small.field.enlarged(marks.map { $0 ? 1 : 0 }, large.width, large.height), large.isShown
      ).map { $0 > 0.4 && $1 }
    }
    (large.mayBe, large.should) = (enlarged(small.mayBe), enlarged(small.should))
    (large.colorsOfObject, large.colorsAround) = (small.colorsOfObject, small.colorsAround)
    var object = small.field.enlarged(small.object, large.width, large.height)
    cut(large, &object, rounds: 100)
    large.field.tidy(&object)
    let alpha = large.field.enlarged(object, view.image.width, view.image.height)
    return SourceView(
      name: view.name, camera: view.camera, image: view.image.cutOut(by: alpha),
      depth: view.depth, material: view.material?.map { $0.cutOut(by: alpha) })
  }
}
