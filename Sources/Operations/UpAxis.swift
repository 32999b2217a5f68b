import LinearMath
public import Scenes
public import Settings
import Views

extension UpAxis: SettingChoice {}

extension Scene {
  /// The scene turned about x so that what pointed up along one axis points up along another.
  func turned(from: UpAxis, to: UpAxis) -> Scene {
    guard from != to else { return self }
    let zUpFromYUp = Conventions.zUpFromYUp
    return transformed(by: Matrix4(linear: to == .z ? zUpFromYUp : zUpFromYUp.transposed))
  }
}
