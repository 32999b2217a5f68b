import Geometry
public import Imaging
import LinearMath
import Views
public import Work

/// Something that makes an object of fewer views than tell its shape.
public protocol ShapePrior {
  /// The solid with its colors, standing upright about the origin with the front towards +z; its longest side is 2.
  ///
  /// - Parameter observer: is told each step before it begins; those that one picture does not need end at once.
  func object(_ settings: ReconstructSettings, _ work: WorkContext, _ observer: RebuildObserver)
    throws -> RebuiltObject
}

/// One picture blown up to a solid: the plainest of priors, without any network.
///
/// Half the thickness at a pixel is the root of a membrane's height over the outline (a Poisson equation; a disc becomes
/// a ball, a bar a cylinder). The back is the front once more. So what it is like behind, and how thick it is, is made
/// up; the outline and the front's colors are not.
public struct Inflation: ShapePrior, Sendable {
  private let image: Image
  private let width, height: Int
  /// Where the object is, in pixels.
  private let outline: Outline
  /// Half the thickness squared, in pixels squared; below zero outside.
  private let squares: [Float]

  /// Throws where the picture has no outline.
  public init(_ image: Image, name: String) throws {
    let rgba = image.rgba8()
    guard min(rgba.width, rgba.height) >= 32 else {
      throw ReconstructionError(
        "tiny-picture",
        "the picture is \(rgba.width) x \(rgba.height); 32 pixels a side are needed",
        at: name)
    }
    outline = Outline(rgba)
    guard outline.area > 16 else {
      throw ReconstructionError(
        "empty-view", "the picture shows nothing: its alpha is empty", at: name)
    }
    guard outline.area < 0.98 * Double(rgba.width * rgba.height) else {
      throw ReconstructionError(
        "full-mask",
        "the object fills the whole picture, so there is no outline; give a picture with alpha, or --masks",
        at: name)
    }
    self.image = rgba
    (width, height) = (rgba.width, rgba.height)
    squares = Self.membrane(outline)
  }

  /// Solves for the height whose Laplacian is -4 within the outline and which is 0 on it: from coarse to fine, at each
  /// size by successive over-relaxation.
  private static func membrane(_ outline: Outline) -> [Float] {
    let (w, h) = (outline.width, outline.height)
    // From coarse to fine; a coarse start takes the long way that changes would have to travel.
    var step = 1
    while max(w, h) / step > 48 { step *= 2 }
    var (values, columns) = ([Float](), 0)
    while step >= 1 {
      let (cw, ch) = ((w + step - 1) / step, (h + step - 1) / step)
      func distance(_ x: Int, _ y: Int) -> Float {
        outline.distances[min(y * step + step / 2, h - 1) * w + min(x * step + step / 2, w - 1)]
      }
      var next = [Float](repeating: 0, count: cw * ch)
      var inside = [Bool](repeating: false, count: cw * ch)
      for y in 0..<ch {
        for x in 0..<cw {
          inside[y * cw + x] = distance(x, y) > 0
          if !values.isEmpty {
            next[y * cw + x] =
              inside[y * cw + x]
              ? values[min(y / 2, values.count / columns - 1) * columns + min(x / 2, columns - 1)]
              : 0
          }
        }
      }
      let source = 4 * Float(step * step)
      for _ in 0..<(values.isEmpty ? 200 : 60) {
        for y in 0..<ch {
          for x in 0..<cw where inside[y * cw + x] {
            let at = y * cw + x
            let sum =
              (x > 0 ? next[at - 1] : 0) + (x < cw - 1 ? next[at + 1] : 0)
              + (y > 0 ? next[at - cw] : 0) + (y < ch - 1 ? next[at + cw] : 0)
            next[at] += 1.7 * ((sum + source) / 4 - next[at])
          }
        }
      }
      (values, columns) = (next, cw)
      step /= 2
    }
    return values.indices.map {
      outline.distances[$0] > 0 ? max(values[$0], 0) : outline.distances[$0]
    }
  }

  public func object(
    _ settings: ReconstructSettings, _ work: WorkContext,
    _ observer: RebuildObserver = RebuildObserver()
  ) throws -> RebuiltObject {
    observer.enter(.hull)
    let (low, high) = outline.bounds
    let size = SIMD2<Float>(high &- low)
    let unit = 2 / max(size.x, size.y)
    let middle = SIMD2<Float>(low &+ high) / 2
    let thickest = (squares.max() ?? 0).squareRoot() * unit
    let half = SIMD3(size.x * unit / 2, size.y * unit / 2, thickest) * 1.02
    let box = Box(minimum: -half, maximum: half)
    let lattice = Lattice(around: box, spacing: 2 / Double(settings.resolution))
    let grid = try DistanceGrid(lattice, work, constant: { _, _ in nil }) { x, y, z in
      let px: SIMD8<Float> = x * (1 / unit) + middle.x
      var depths = SIMD8<Float>.zero
      for lane in 0..<8 {
        let square = height(SIMD2(px[lane], middle.y - y / unit)) * unit * unit
        depths[lane] =
          square > 0 ? square.squareRoot() - abs(z) : min(square / unit, -1e-4) - abs(z)
      }
      return depths
    }
    for phase in [RebuildPhase.depth, .fusion, .surface] { observer.enter(phase) }
    let mesh = try grid.surface(work).withoutCrumbs(below: 0.001)
    let set = ViewSet(views(unit: unit, middle: middle), box: box)
    return try set.finished(mesh, settings, work, observer)
  }

  private func height(_ pixel: SIMD2<Float>) -> Float {
    let x = min(max(pixel.x - 0.5, 0), Float(width) - 1.001)
    let y = min(max(pixel.y - 0.5, 0), Float(height) - 1.001)
    let (ix, iy) = (Int(x), Int(y))
    let (fx, fy) = (x - Float(ix), y - Float(iy))
    let at = iy * width + ix
    let upper = squares[at] * (1 - fx) + squares[at + 1] * fx
    let lower = squares[at + width] * (1 - fx) + squares[at + width + 1] * fx
    return upper * (1 - fy) + lower * fy
  }

  /// The picture as a far camera in front has it, and the same mirrored behind.
  private func views(unit: Float, middle: SIMD2<Float>) -> [SourceView] {
    let away = 60.0
    func lens(_ center: Double) -> Intrinsics {
      let focal = away / Double(unit)
      return Intrinsics(
        width: width, height: height, focalX: focal, focalY: focal, centerX: center,
        centerY: Double(middle.y))
    }
    var mirrored = image
    for y in 0..<height {
      for x in 0..<width {
        for channel in 0..<4 {
          mirrored.bytes[4 * (y * width + x) + channel] =
            image.bytes[4 * (y * width + width - 1 - x) + channel]
        }
      }
    }
    let front = Matrix4(linear: .identity, translation: [0, 0, away])
    let behind = Matrix4(
      linear: Matrix3(columns: [-1, 0, 0], [0, 1, 0], [0, 0, -1]), translation: [0, 0, -away])
    return [
      SourceView(
        name: "front", camera: Camera(worldFromCamera: front, intrinsics: lens(Double(middle.x))),
        image: image),
      SourceView(
        name: "back",
        camera: Camera(
          worldFromCamera: behind, intrinsics: lens(Double(width) - Double(middle.x))),
        image: mirrored),
    ]
  }
}
