public import Imaging
public import LinearMath
public import Views
public import Work

/// Why a set cannot be read.
public struct ReadingError: ExplainedError, Equatable {
  public let message: String
  public let place: String
  public let code: String
  public var kind: FailureKind { .unreadableInput }

  /// That a folder or archive could be read but holds no set.
  public static let noCameras = "no-cameras"

  init(_ message: String, _ place: String, code: String = "bad-dataset") {
    (self.message, self.place, self.code) = (message, place, code)
  }
}

/// Something about a set that its readers would trip over.
public struct SetProblem: Sendable, Equatable {
  /// A short stable word, such as `missing-file`.
  public let code: String
  /// Whether training on it would go wrong, or only worse than it could.
  public let isError: Bool
  public let message: String
  /// File or view.
  public let place: String

  public init(_ code: String, isError: Bool = true, _ message: String, at place: String) {
    (self.code, self.isError, self.message, self.place) = (code, isError, message, place)
  }
}

/// Where numbers of a view are stored.
public enum PictureSource: Sendable, Hashable {
  case file(String)
  /// One index of an array of an HDF5 file.
  case slice(array: String, index: Int)
}

/// How depth is stored.
public enum DepthCoding: Sendable, Equatable {
  /// Whole numbers of so many units, or floats of units; 0 is none.
  case steps(Double)
  /// Shares of the way from one depth to another.
  case between(near: Double, far: Double)
}

/// A part of what a surface is made of.
public enum MaterialLayer: String, CaseIterable, Sendable {
  case albedo, roughness, metallic

  var channels: Int { self == .albedo ? 3 : 1 }
}

/// One view of a set that was read, in the set's own world and units.
public struct ReadView: Sendable {
  public let name: String
  /// OpenGL axes: +x right, +y up, looking along -z.
  public let worldFromCamera: Matrix4
  /// nil where the set does not tell: the middle of the picture and Zero-1-to-3's angle of view are usual then.
  public var intrinsics: Intrinsics?
  /// How the lens bends the picture, where the set tells.
  public var distortion: Distortion?
  public let image: PictureSource
  public var depth: PictureSource?
  public var depthCoding = DepthCoding.steps(0.001)
  public var normals: PictureSource?
  public var mask: PictureSource?
  /// What the surface is made of, as our `--aov` stores it.
  public var material: [MaterialLayer: PictureSource] = [:]
  public var split = DatasetSplit.train

  init(name: String, worldFromCamera: Matrix4, intrinsics: Intrinsics?, image: PictureSource) {
    (self.name, self.worldFromCamera) = (name, worldFromCamera)
    (self.intrinsics, self.image) = (intrinsics, image)
  }

  /// nil where the lens is not known, or the pose is no numbers that could be meant.
  public var camera: Camera? {
    guard hasPose else { return nil }
    return intrinsics.map { Camera(worldFromCamera: worldFromCamera, intrinsics: $0) }
  }

  /// Whether the pose consists of numbers that could be meant.
  public var hasPose: Bool {
    worldFromCamera.columnMajor.allSatisfy { $0.isFinite && abs($0) < 1e12 }
  }
}

/// A point of a sparse model and where views saw it.
public struct ReadPoint: Sendable {
  public let position: SIMD3<Double>
  /// Views by index, and the pixel each saw it at.
  public let seen: [(view: Int, pixel: SIMD2<Double>)]
}

/// A set that was read, ours or another's. Pictures are loaded when they are asked for.
public struct ReadSet: Sendable {
  /// What it was taken for: `transforms`, `colmap`, `neus`, `zero123`, `bop`, `hdf5`.
  public internal(set) var kind: String
  /// Which of several sets in one place it is; empty where there is one.
  public internal(set) var name = ""
  public internal(set) var views: [ReadView] = []
  public internal(set) var points: [ReadPoint] = []
  /// Places of the cloud that trainers start from.
  public internal(set) var cloud: [SIMD3<Double>] = []
  /// From the model's coordinates (turned +z up) to the set's, where the set tells.
  public internal(set) var model: ModelTransform?
  public internal(set) var problems: [SetProblem] = []
  let pictures: any PictureStore

  init(kind: String, pictures: any PictureStore) { (self.kind, self.pictures) = (kind, pictures) }

  /// Any 8- or 16-bit picture.
  public func image(_ source: PictureSource) throws -> Image { try pictures.image(source) }

  /// A digest of the bytes of a picture, to find what is there twice.
  public func digest(_ source: PictureSource) throws -> String { try pictures.digest(source) }

  /// Depth in the set's units, 0 where there is none.
  public func depth(of view: ReadView) throws -> [Float]? {
    guard let source = view.depth else { return nil }
    let numbers = try pictures.numbers(source)
    switch view.depthCoding {
    case .steps(let unit):
      return numbers.isWhole ? numbers.values.map { Float(Double($0) * unit) } : numbers.values
    case .between(let near, let far):
      let step = (far - near) / 65_535
      return numbers.values.map { $0 > 0 ? Float(near + Double($0) * step) : 0 }
    }
  }

  /// A layer of a view's material as 8-bit codes, three channels of sRGB for albedo and one otherwise; nil where the
  /// set has none.
  public func codes(_ layer: MaterialLayer, of view: ReadView) throws -> [UInt8]? {
    guard let source = view.material[layer] else { return nil }
    let numbers = try pictures.numbers(source)
    guard numbers.channels >= layer.channels else { return nil }
    let pixels = numbers.values.count / numbers.channels
    let step = numbers.isWhole ? 255 / Float(numbers.largest) : 255
    return (0..<pixels).flatMap { pixel in
      (0..<layer.channels).map { channel -> UInt8 in
        let value = numbers.values[pixel * numbers.channels + channel]
        if layer == .albedo && !numbers.isWhole { return SRGB.code(value) }
        return UInt8(min(max(0, value * step), 255).rounded())
      }
    }
  }

  /// Normals of unit length as they are stored, three numbers a pixel; 0 where there is none.
  public func normals(of view: ReadView) throws -> [Float]? {
    guard let source = view.normals else { return nil }
    let numbers = try pictures.numbers(source)
    guard numbers.channels >= 3 else { return nil }
    let half = numbers.isWhole ? Float(numbers.largest) / 2 : 1
    let pixels = numbers.values.count / numbers.channels
    var normals = [Float](repeating: 0, count: 3 * pixels)
    for pixel in 0..<pixels {
      var normal = SIMD3<Float>.zero
      for axis in 0..<3 { normal[axis] = numbers.values[numbers.channels * pixel + axis] }
      if normal == .zero { continue }
      if numbers.isWhole { normal = normal / half - SIMD3(repeating: 1) }
      let length = normal.length
      for axis in 0..<3 where length > 0 { normals[3 * pixel + axis] = normal[axis] / length }
    }
    return normals
  }
}

/// Numbers of a picture: codes, or floats.
struct PictureNumbers {
  let channels: Int
  let values: [Float]
  let isWhole: Bool
  /// The largest code.
  var largest = 255
}

/// What loads pictures.
protocol PictureStore: Sendable {
  func image(_ source: PictureSource) throws -> Image
  func numbers(_ source: PictureSource) throws -> PictureNumbers
  func digest(_ source: PictureSource) throws -> String
}

extension ReadSet {
  /// Tells the lens of a view that the set does not tell, or takes away one that makes no sense.
  public mutating func setIntrinsics(ofView index: Int, _ lens: Intrinsics?) {
    views[index].intrinsics = lens
  }
}
