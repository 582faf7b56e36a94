// SPDX-License-Identifier: Apache-2.0
// The filter signmark_embed in Shotcut's list.
import QtQuick 2.0
import org.shotcut.qml 1.0

Metadata {
    type: Metadata.Filter
    name: qsTr('AI Mark (signmark)')
    keywords: qsTr('watermark label generated', 'search keywords for the AI Mark video filter') + ' signmark ai mark'
    objectName: 'signmark_embed'
    mlt_service: 'frei0r.signmark_embed'
    qml: 'ui.qml'
    allowMultiple: false
}
