/// The dialects that are spoken, one service each.
enum Dialects {
  static func all(_ settings: ServiceSettings) -> [any Facade] {
    [
      DXGL(uploadBytes: settings.uploadBytes), Rage3D(), Image3D(),
      Studio(
        uploadBytes: settings.uploadBytes, submitsPerMinute: settings.studioSubmitsPerMinute),
      Pixal3D(),
    ]
  }
}
