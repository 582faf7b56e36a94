// SPDX-License-Identifier: Apache-2.0
// Controls of the filter; the properties are the indices of its frei0r parameters.
import QtQuick 2.12
import QtQuick.Controls 2.12
import QtQuick.Layouts 1.12
import Shotcut.Controls 1.0 as Shotcut

Item {
    property string keyParameter: '0'
    property string strengthParameter: '1'
    property string labelParameter: '2'
    property string contentIdParameter: '3'
    property string carrierParameter: '4'
    property string labelTextParameter: '5'
    property string labelCornerParameter: '6'
    property string labelSizeParameter: '7'
    property var corners: ['bottom-right', 'bottom-left', 'top-right', 'top-left', 'bottom', 'top']

    function setControls() {
        keyField.text = filter.get(keyParameter);
        strengthSlider.value = filter.getDouble(strengthParameter) * strengthSlider.maximumValue;
        labelBox.checked = filter.getDouble(labelParameter) >= 0.5;
        contentIdField.text = filter.get(contentIdParameter);
        carrierField.text = filter.get(carrierParameter);
        labelTextField.text = filter.get(labelTextParameter);
        cornerBox.currentIndex = Math.max(0, corners.indexOf(filter.get(labelCornerParameter)));
        sizeSlider.value = filter.getDouble(labelSizeParameter) * 100;
    }

    width: 420
    height: 330
    Component.onCompleted: {
        if (filter.isNew) {
            filter.set(keyParameter, '');
            filter.set(strengthParameter, 0.25);
            filter.set(labelParameter, 0);
            filter.set(contentIdParameter, '');
            filter.set(carrierParameter, '');
            filter.set(labelTextParameter, '');
            filter.set(labelCornerParameter, corners[0]);
            filter.set(labelSizeParameter, 0);
        }
        setControls();
    }

    GridLayout {
        anchors.fill: parent
        anchors.margins: 8
        columns: 2

        Label {
            text: qsTr('Signing key')
            Layout.alignment: Qt.AlignRight
        }

        TextField {
            id: keyField

            placeholderText: qsTr('name; empty: the newest')
            Layout.fillWidth: true
            selectByMouse: true
            onEditingFinished: filter.set(keyParameter, text)
        }

        Label {
            text: qsTr('Strength')
            Layout.alignment: Qt.AlignRight
        }

        Shotcut.SliderSpinner {
            id: strengthSlider

            minimumValue: 0
            maximumValue: 100
            stepSize: 1
            decimals: 0
            suffix: ' %'
            onValueChanged: filter.set(strengthParameter, value / maximumValue)
        }

        Label {
            text: qsTr('Visible label')
            Layout.alignment: Qt.AlignRight
        }

        CheckBox {
            id: labelBox

            onClicked: filter.set(labelParameter, checked ? 1 : 0)
        }

        Label {
            text: qsTr('Content id')
            Layout.alignment: Qt.AlignRight
        }

        TextField {
            id: contentIdField

            placeholderText: qsTr('16 hex digits; empty: drawn')
            Layout.fillWidth: true
            selectByMouse: true
            onEditingFinished: filter.set(contentIdParameter, text)
        }

        Label {
            text: qsTr('Carrier key')
            Layout.alignment: Qt.AlignRight
        }

        TextField {
            id: carrierField

            placeholderText: qsTr('public, both or a name; empty: public')
            Layout.fillWidth: true
            selectByMouse: true
            onEditingFinished: filter.set(carrierParameter, text)
        }

        Label {
            text: qsTr('Label text')
            Layout.alignment: Qt.AlignRight
        }

        TextField {
            id: labelTextField

            placeholderText: qsTr('empty: the standard\'s')
            Layout.fillWidth: true
            selectByMouse: true
            onEditingFinished: filter.set(labelTextParameter, text)
        }

        Label {
            text: qsTr('Label corner')
            Layout.alignment: Qt.AlignRight
        }

        Shotcut.ComboBox {
            id: cornerBox

            model: [qsTr('Bottom right'), qsTr('Bottom left'), qsTr('Top right'), qsTr('Top left'), qsTr('Bottom'), qsTr('Top')]
            onActivated: filter.set(labelCornerParameter, corners[currentIndex])
        }

        Label {
            text: qsTr('Label size')
            Layout.alignment: Qt.AlignRight
        }

        Shotcut.SliderSpinner {
            id: sizeSlider

            minimumValue: 0
            maximumValue: 50
            stepSize: 1
            decimals: 0
            suffix: ' %'
            onValueChanged: filter.set(labelSizeParameter, value / 100)
        }

        Item {
            Layout.fillHeight: true
        }
    }
}
