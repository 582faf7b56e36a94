// SPDX-License-Identifier: Apache-2.0
// Five rows: names of keys, never passphrases.
#include "gimp_dialog.hpp"

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

#include <array>

namespace signmark_gimp {
namespace {

constexpr std::array<const char*, 3> kStrengths{"invisible", "default", "strong"};

GtkWidget* add_entry(GtkTable* table, int row, const char* title, const std::string& value,
                     const char* help) {
  GtkWidget* entry = gtk_entry_new();
  gtk_entry_set_text(GTK_ENTRY(entry), value.c_str());
  gtk_entry_set_activates_default(GTK_ENTRY(entry), TRUE);
  gimp_help_set_help_data(entry, help, nullptr);
  gimp_table_attach_aligned(table, 0, row, title, 0, 0.5F, entry, 1, FALSE);
  return entry;
}

GtkWidget* add_strength(GtkTable* table, int row, const std::string& value) {
  GtkWidget* combo = gtk_combo_box_text_new();
  int place = 0;
  for (const char* strength : kStrengths) {
    gtk_combo_box_text_append_text(GTK_COMBO_BOX_TEXT(combo), strength);
    if (value == strength) gtk_combo_box_set_active(GTK_COMBO_BOX(combo), place);
    ++place;
  }
  if (value.empty()) gtk_combo_box_set_active(GTK_COMBO_BOX(combo), 1);
  gimp_table_attach_aligned(table, 0, row, "_Strength:", 0, 0.5F, combo, 1, FALSE);
  return combo;
}

GtkWidget* add_label(GtkTable* table, int row, bool value) {
  GtkWidget* button = gtk_check_button_new_with_mnemonic("Draw the visible _label, too");
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(button), value ? TRUE : FALSE);
  gimp_table_attach_aligned(table, 0, row, nullptr, 0, 0.5F, button, 1, FALSE);
  return button;
}

}  // namespace

bool ask(signmark_pictures::Wish& wish) {
  gimp_ui_init("signmark", FALSE);
  GtkWidget* dialog = gimp_dialog_new("Mark as AI-generated", "signmark", nullptr,
                                      static_cast<GtkDialogFlags>(0), nullptr, nullptr, "_Cancel",
                                      GTK_RESPONSE_CANCEL, "_Mark", GTK_RESPONSE_OK, nullptr);
  gtk_dialog_set_default_response(GTK_DIALOG(dialog), GTK_RESPONSE_OK);
  gimp_window_set_transient(GTK_WINDOW(dialog));
  GtkTable* table = GTK_TABLE(gtk_table_new(5, 2, FALSE));
  gtk_container_set_border_width(GTK_CONTAINER(table), 12);
  gtk_table_set_row_spacings(table, 6);
  gtk_table_set_col_spacings(table, 6);
  gtk_container_add(GTK_CONTAINER(gtk_dialog_get_content_area(GTK_DIALOG(dialog))),
                    GTK_WIDGET(table));
  GtkWidget* key =
      add_entry(table, 0, "Signing _key:", wish.key, "Id or label of a key; empty: the newest");
  GtkWidget* carrier = add_entry(table, 1, "_Carrier key:", wish.carrier,
                                 "public, both, or the name of a private one; empty: public");
  GtkWidget* content_id =
      add_entry(table, 2, "Content _id:", wish.content_id, "16 hexadecimal digits; empty: random");
  GtkWidget* strength = add_strength(table, 3, wish.strength);
  GtkWidget* label = add_label(table, 4, wish.label);
  gtk_widget_show_all(GTK_WIDGET(table));
  const bool agreed = gimp_dialog_run(GIMP_DIALOG(dialog)) == GTK_RESPONSE_OK;
  if (agreed) {
    const int chosen = gtk_combo_box_get_active(GTK_COMBO_BOX(strength));
    wish.key = gtk_entry_get_text(GTK_ENTRY(key));
    wish.carrier = gtk_entry_get_text(GTK_ENTRY(carrier));
    wish.content_id = gtk_entry_get_text(GTK_ENTRY(content_id));
    wish.strength = chosen < 0 ? "default" : kStrengths[static_cast<size_t>(chosen)];
    wish.label = gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(label)) != FALSE;
  }
  gtk_widget_destroy(dialog);
  return agreed;
}

}  // namespace signmark_gimp
